import { createConnection } from "node:net";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { assertActor } from "./identity/assertion.ts";
import { ACTOR_HEADER, HOP_HEADER, signHop } from "./identity/hop.ts";
import { toy } from "./testing/toy.ts";
import { as, startTestMesh, type TestMesh } from "./testing.ts";

const ann = "0193aaaa-0000-7000-8000-000000000001";
const identity = toy("identity", [IdentityService, SessionService, CredentialService, PrivacyService], {
  getMe:
    () =>
    async (_, { actor }) => ({ account: { profile: { accountId: actor?.accountId ?? "nobody" } } }),
  getProfile:
    () =>
    async (_, { actor }) => ({ profile: { accountId: actor?.accountId ?? "nobody" } }),
});
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "OK",
    (error) => `${Code[ConnectError.from(error).code]}`,
  );

describe.each(["in memory", "h2c"])("%s", (shape) => {
  const start = () => startTestMesh([identity], { MESH_PORT: shape === "h2c" ? "0" : "-1" });
  const raw = (mesh: TestMesh) => {
    const [running] = mesh.mesh.running;
    if (!running) throw new Error("nothing runs");
    return shape === "h2c"
      ? createConnectTransport({ baseUrl: `http://127.0.0.1:${mesh.mesh.port}`, httpVersion: "2" })
      : running.transport;
  };
  const method = "skein.identity.v1.IdentityService/GetMe";

  test("a call that proves nothing is refused, and so are forged, foreign, replayed and stale proofs", async () => {
    await using mesh = await start();
    const naked = createClient(IdentityService, raw(mesh));
    const gateway = mesh.mesh.keyringOf("gateway");
    const now = mesh.clock.now();
    const actor = {
      accountId: ann,
      sessionId: "",
      roles: [],
      suspended: false,
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 60_000),
    };
    const assertion = assertActor(gateway, actor);
    const good = {
      [HOP_HEADER]: signHop(gateway, "identity", { method, assertion, client: "" }, now),
      [ACTOR_HEADER]: assertion,
    };
    const call = (headers: Record<string, string>) => codeOf(naked.getMe({}, { headers }));

    expect(await call(good)).toBe("OK");
    expect(await call({})).toBe("Unauthenticated");
    expect(await call({ [ACTOR_HEADER]: assertion })).toBe("Unauthenticated");
    for (const name of ["constructor", "__proto__", "toString", "nobody"]) {
      expect(await call({ [HOP_HEADER]: `1.${name}.${now.getTime() + 60_000}.AAAA` })).toBe("Unauthenticated");
    }
    expect(await call({ ...good, [HOP_HEADER]: `${good[HOP_HEADER].slice(0, -2)}AA` })).toBe("Unauthenticated");
    const other = assertActor(gateway, { ...actor, accountId: "0193aaaa-0000-7000-8000-000000000002" });
    expect(await call({ ...good, [ACTOR_HEADER]: other })).toBe("Unauthenticated"); // the proof covers the assertion
    const wrongMethod = signHop(gateway, "identity", { method: `${method}X`, assertion, client: "" }, now);
    expect(await call({ ...good, [HOP_HEADER]: wrongMethod })).toBe("Unauthenticated");
    const forContent = signHop(gateway, "content", { method, assertion, client: "" }, now);
    expect(await call({ ...good, [HOP_HEADER]: forContent })).toBe("Unauthenticated");
    const forged = assertActor(mesh.mesh.keyringOf("content"), actor); // only the gateway's word counts
    const withForged = {
      [HOP_HEADER]: signHop(gateway, "identity", { method, assertion: forged, client: "" }, now),
      [ACTOR_HEADER]: forged,
    };
    expect(await call(withForged)).toBe("Unauthenticated");
    mesh.clock.advance(120_000);
    expect(await call(good)).toBe("Unauthenticated");
  });

  test("a service that does not list a contract among its calls is refused, however well it proves itself", async () => {
    await using mesh = await start();
    const stranger = mesh.mesh.keyringOf("media");
    const headers = {
      [HOP_HEADER]: signHop(
        stranger,
        "identity",
        { method: "skein.identity.v1.IdentityService/GetProfile", assertion: "", client: "" },
        mesh.clock.now(),
      ),
    };
    expect(await codeOf(createClient(IdentityService, raw(mesh)).getProfile({ accountId: ann }, { headers }))).toBe(
      "PermissionDenied",
    );
  });

  test("the contract decides who may call", async () => {
    await using mesh = await start();
    const client = mesh.client(IdentityService);
    const grant = (options: Parameters<typeof as>[1]) =>
      codeOf(client.grantRole({ accountId: ann, role: Role.MODERATOR }, as(ann, options)));
    expect(await codeOf(client.getMe({}))).toBe("Unauthenticated");
    expect(await codeOf(client.getProfile({ accountId: ann }))).toBe("OK");
    expect(await grant({})).toBe("PermissionDenied");
    expect(await grant({ roles: [Role.ADMIN] })).toBe("OK");
    expect(await codeOf(client.updateProfile({ change: {} }, as(ann, { suspended: true })))).toBe("PermissionDenied");
    expect(await codeOf(client.getMe({}, as(ann, { suspended: true })))).toBe("OK");
    expect(await codeOf(client.updateProfile({ change: {} }, as(ann, { scopes: ["profile:read"] })))).toBe(
      "PermissionDenied",
    );
    expect(await codeOf(client.updateProfile({ change: {} }, as(ann, { scopes: ["profile:write"] })))).toBe("OK");
    expect(await codeOf(client.deactivateAccount({}, as(ann, { scopes: ["profile:write"] })))).toBe("PermissionDenied");
  });

  test("a request that breaks a rule is refused with the field, one that is too large with its size", async () => {
    await using mesh = await start();
    const client = mesh.client(IdentityService);
    const error = await client
      .getProfile({ accountId: "not an id" })
      .catch((thrown: unknown) => ConnectError.from(thrown));
    expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: expect.stringContaining("account_id") });
    const huge = client.searchProfiles({ query: "x".repeat(70_000) });
    expect(await codeOf(huge)).toBe("ResourceExhausted");
  });
});

test("a request with a Host that is no address is refused, and the process lives", async () => {
  await using mesh = await startTestMesh([identity], { MESH_PORT: "0" });
  const ask = (head: string) =>
    new Promise<string>((resolve) => {
      const socket = createConnection(mesh.mesh.port ?? 0, "127.0.0.1", () => socket.end(`${head}\r\n\r\n`));
      let said = "";
      socket.on("data", (text) => {
        said += String(text);
      });
      socket.on("close", () => resolve(said.split("\r\n")[0] ?? ""));
    });
  expect(
    await ask("POST /skein.identity.v1.IdentityService/GetMe HTTP/1.1\r\nHost: a b[\r\nContent-Length: 0"),
  ).toContain("400");
  expect(await ask("POST /skein.identity.v1.IdentityService/GetMe HTTP/1.0\r\nContent-Length: 0")).toContain(
    "HTTP/1.1 4",
  );
  expect(await ask("GET /livez HTTP/1.1\r\nHost: localhost")).toContain("200");
});
