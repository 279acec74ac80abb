import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { parsePeers } from "./host/peers.ts";
import { rosterOf } from "./host/shared.ts";
import { sql } from "./store/sql.ts";
import { toy } from "./testing/toy.ts";
import { as, startTestMesh } from "./testing.ts";

const ann = "0193aaaa-0000-7000-8000-000000000001";
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "OK",
    (error) => Code[ConnectError.from(error).code],
  );

test("services that would call in a circle are not started", () => {
  const one = toy("content", [GatewayInfoService], {}, { identity: IdentityService });
  const two = toy("identity", [IdentityService], {}, { info: GatewayInfoService });
  expect(() => rosterOf([one, two])).toThrow("content > identity > content");
});

test("a peer whose address cannot be read is refused at the start, not at the first call", () => {
  expect(parsePeers(["identity=http://10.0.0.1:7710"])).toEqual(new Map([["identity", "http://10.0.0.1:7710"]]));
  for (const entry of ["identity", "identity=", "=http://x", "identity=10.0.0.1:7710", "identity=http://a b"])
    expect(() => parsePeers([entry])).toThrow("MESH_PEERS");
});

test("a service that is not reachable is unavailable, and says so", async () => {
  const front = toy(
    "content",
    [GatewayInfoService],
    {
      getServerInfo:
        ({ peers }) =>
        async () => {
          await (peers.sessions as unknown as { getJwks(request: object): Promise<unknown> }).getJwks({});
          return {};
        },
    },
    { sessions: SessionService },
  );
  const absent = toy("identity", [SessionService], {});
  const lenient = { MESH_STRICT_BUDGETS: "false" };
  await using together = await startTestMesh([front, absent], lenient);
  expect(await codeOf(together.client(GatewayInfoService).getServerInfo({}))).toBe("OK");
  await using alone = await startTestMesh([front, absent], lenient, new Set(["content"]));
  expect(await codeOf(alone.client(GatewayInfoService).getServerInfo({}))).toBe("Unavailable");
  const closed = { ...lenient, MESH_PEERS: "identity=http://127.0.0.1:9" };
  await using deserted = await startTestMesh([front, absent], closed, new Set(["content"]));
  expect(await codeOf(deserted.client(GatewayInfoService).getServerInfo({}))).toBe("Unavailable");
});

test("a bug says nothing but the request's id", async () => {
  const broken = toy("identity", [IdentityService], {
    getMe: () => async () => {
      throw new Error("secret of the database");
    },
  });
  await using mesh = await startTestMesh([broken]);
  const error = ConnectError.from(
    await mesh
      .client(IdentityService)
      .getMe({}, as(ann))
      .catch((thrown: unknown) => thrown),
  );
  expect(error.code).toBe(Code.Internal);
  expect(error.rawMessage).toMatch(/^internal error, request [0-9a-f-]{36}$/);
  expect(JSON.stringify(error.details)).not.toContain("secret");
});

test("a call that spends more than its contract allows fails where budgets bite", async () => {
  const wasteful = toy("identity", [IdentityService], {
    getMe:
      ({ db }) =>
      async () => {
        for (let at = 0; at < 3; at++) await db.query(sql`select 1`);
        return {};
      },
  });
  await using strict = await startTestMesh([wasteful]);
  expect(await codeOf(strict.client(IdentityService).getMe({}, as(ann)))).toBe("Internal");
  await using lenient = await startTestMesh([wasteful], { MESH_STRICT_BUDGETS: "false" });
  expect(await codeOf(lenient.client(IdentityService).getMe({}, as(ann)))).toBe("OK");
});
