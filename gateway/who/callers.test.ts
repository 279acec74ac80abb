import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { RevocationSchema } from "#gen/skein/identity/v1/session_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ACCOUNT, makeKey, SESSION, startTestGate, type TestGate } from "../testing.ts";

const APP = `ska_${"0".repeat(32)}.0.${"A".repeat(43)}`;
const client = ({ url }: TestGate) =>
  createClient(IdentityService, createConnectTransport({ baseUrl: url, httpVersion: "2" }));
const reason = async (call: Promise<unknown>) => {
  const error = await call.then(() => undefined, ConnectError.from);
  return error?.findDetails(FailureSchema)[0]?.reason ?? error?.message ?? "answered";
};
const auth = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
test("the mesh is told who calls, by an assertion made once for a token and renewed in time", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  const token = gate.token({ roles: ["moderator"], sus: false });
  await identity.getMe({}, auth(token));
  await identity.getMe({}, auth(token));
  gate.mesh.clock.advance(4.5 * 60_000);
  await identity.getMe({}, auth(token));
  const [first, second, third] = gate.staged.calls;
  expect(first?.actor).toMatchObject({
    accountId: ACCOUNT,
    sessionId: SESSION,
    roles: [Role.MODERATOR],
    suspended: false,
  });
  expect(first?.from).toBe("gateway");
  expect(second?.assertion).toBe(first?.assertion);
  expect(third?.assertion).not.toBe(first?.assertion);
  gate.mesh.clock.advance(11 * 60_000);
  expect(await reason(identity.getMe({}, auth(token)))).toBe("TOKEN_EXPIRED");
});

test("who may not call is refused before anything is called", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  expect(await reason(identity.listRoles({}, auth(gate.token())))).toBe("ROLE_MISSING");
  expect(await reason(identity.getMe({}, auth(gate.token({ sus: true }))))).toBe("answered");
  expect(await reason(identity.updateProfile({}, auth(gate.token({ sus: true }))))).toBe("ACCOUNT_SUSPENDED");
  expect(await reason(identity.getMe({}))).toBe("UNAUTHENTICATED");
  expect(gate.staged.calls).toHaveLength(1);
});

test("a session that ended is refused at once, and a verified token does not help it", async () => {
  const ended: unknown[] = [];
  await using gate = await startTestGate({
    handlers: {
      listRevocations: async () => ({ revocations: ended, position: BigInt(ended.length), more: false }) as never,
    },
  });
  const identity = client(gate);
  const token = gate.token();
  await identity.getMe({}, auth(token));
  const now = gate.mesh.clock.now();
  ended.push(
    create(RevocationSchema, {
      position: 1n,
      subject: { case: "sessionId", value: SESSION },
      revokedAt: timestampFromDate(now),
      expiresAt: timestampFromDate(new Date(now.getTime() + 3_600_000)),
    }),
  );
  await gate.mesh.settle();
  expect(await reason(identity.getMe({}, auth(token)))).toBe("TOKEN_REVOKED");
  expect(await reason(identity.getMe({}, auth(gate.token({ sid: "another" }))))).toBe("answered");
});

test("a new key is found when a token names it, and old keys outlive identity", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  await identity.getMe({}, auth(gate.token()));
  const fresh = makeKey("k2");
  gate.staged.keys.push(fresh);
  gate.mesh.clock.advance(6_000);
  expect(await reason(identity.getMe({}, auth(gate.token({}, {}, fresh))))).toBe("answered");
  expect(gate.staged.asked.jwks).toBe(2);
  gate.staged.down = true;
  gate.mesh.clock.advance(6 * 60_000);
  expect(await reason(identity.getMe({}, auth(gate.token())))).toBe("answered");
});

test("forged key names do not make us ask identity each time", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  const tries = Array.from({ length: 50 }, (_, n) =>
    reason(identity.getMe({}, auth(gate.token({}, { kid: `forged-${n}` })))),
  );
  expect(new Set(await Promise.all(tries))).toEqual(new Set(["TOKEN_INVALID"]));
  expect(gate.staged.asked.jwks).toBe(1);
});

test("without any key yet the answer is to come again, not that the token is bad", async () => {
  await using gate = await startTestGate();
  gate.staged.down = true;
  const identity = client(gate);
  expect(await reason(identity.getMe({}, auth(gate.token())))).toBe("KEYS_UNAVAILABLE");
  expect(await reason(identity.getProfile({ accountId: ACCOUNT }))).toBe("answered");
  gate.staged.down = false;
  gate.mesh.clock.advance(6_000);
  expect(await reason(identity.getMe({}, auth(gate.token())))).toBe("answered");
});

test("a withdrawn key takes with it what was verified by it", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  const token = gate.token();
  await identity.getMe({}, auth(token));
  gate.staged.keys = [makeKey("k2")];
  gate.mesh.clock.advance(6_000);
  await identity.getMe({}, auth(gate.token()));
  expect(await reason(identity.getMe({}, auth(token)))).toBe("TOKEN_INVALID");
});

test("an app token is asked about once in thirty seconds, and may do what its scopes say", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  gate.staged.apps.set(APP, { active: true, accountId: ACCOUNT, sessionId: SESSION, scopes: ["account:read"] });
  await Promise.all([identity.getMe({}, auth(APP)), identity.getMe({}, auth(APP))]);
  expect(gate.staged.asked.introspected).toEqual([APP]);
  expect(gate.staged.calls[0]?.actor).toMatchObject({ accountId: ACCOUNT, scopes: ["account:read"] });
  expect(await reason(identity.updateProfile({}, auth(APP)))).toBe("SCOPE_MISSING");
  expect(await reason(identity.changeHandle({}, auth(APP)))).toBe("SCOPE_MISSING");
  gate.staged.apps.delete(APP);
  expect(await reason(identity.getMe({}, auth(APP)))).toBe("answered");
  gate.mesh.clock.advance(31_000);
  expect(await reason(identity.getMe({}, auth(APP)))).toBe("TOKEN_INVALID");
  expect(await reason(identity.getMe({}, auth(APP)))).toBe("TOKEN_INVALID");
  expect(gate.staged.asked.introspected).toEqual([APP, APP]);
});

test("identity away makes an app token wait, not invalid", async () => {
  await using gate = await startTestGate();
  gate.staged.down = true;
  const error = await client(gate)
    .getMe({}, auth(APP))
    .then(() => undefined, ConnectError.from);
  expect(error?.code).toBe(14);
});

test("what the mesh says inside cannot be said from outside", async () => {
  await using gate = await startTestGate();
  const identity = client(gate);
  await identity.getMe({}, auth(gate.token()));
  const { assertion } = gate.staged.calls[0] ?? { assertion: "" };
  const inside = {
    "skein-actor": assertion,
    "skein-hop": "1.gateway.9999999999999.x",
    "skein-client": "203.0.113.9",
    "skein-service": "moderation",
    "skein-test-as": `{"accountId":"${ACCOUNT}"}`,
  };
  expect(await reason(identity.getMe({}, { headers: inside }))).toBe("UNAUTHENTICATED");
  await identity.getProfile({ accountId: ACCOUNT }, { headers: inside });
  const seen = gate.staged.calls[1];
  expect(seen?.actor).toBeUndefined();
  expect(seen?.clientAddress).toBe("127.0.0.1");
  expect([...(seen?.headers.keys() ?? [])].filter((name) => name.startsWith("skein-")).sort()).toEqual([
    "skein-client",
    "skein-hop",
    "skein-service",
  ]);
  expect(seen?.headers.get("skein-service")).toBe("identity");
});
