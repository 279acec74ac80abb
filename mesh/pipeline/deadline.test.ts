import { type Client, Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { toConnectError } from "../failure.ts";
import { realLent } from "../lent.ts";
import { sql } from "../store/sql.ts";
import { toy } from "../testing/toy.ts";
import { as, startTestMesh } from "../testing.ts";
import { deadlineOf } from "./deadline.ts";

const seen: { timeoutMs: number | undefined; requestId: string; traceId: string }[] = [];
const sleepy = toy("identity", [IdentityService, SessionService], {
  getProfile:
    ({ db }) =>
    async () => {
      await db.query(sql`select pg_sleep(20)`);
      return {};
    },
  getJwks:
    () =>
    async (_, { timeoutMs, requestId, trace }) => {
      seen.push({ timeoutMs: timeoutMs(), requestId, traceId: trace.traceId });
      return {};
    },
  updateProfile:
    ({ db }) =>
    async () => {
      await db.commit(undefined, async (tx) => {
        await tx.query(sql`insert into effect (id, what) values (gen_random_uuid(), 'half')`);
        await tx.query(sql`select pg_sleep(20)`);
      });
      return {};
    },
});
const front = toy(
  "content",
  [PrivacyService],
  {
    cancelAccountDeletion:
      ({ peers }) =>
      async (_, { requestId, trace, timeoutMs }) => {
        seen.push({ timeoutMs: timeoutMs(), requestId, traceId: trace.traceId });
        await (peers.session as unknown as Client<typeof SessionService>).getJwks({});
        return {};
      },
  },
  { session: SessionService },
);

test("a call that ends early leaves no statement running in the database", async () => {
  await using mesh = await startTestMesh([sleepy]);
  const { db } = mesh.deps("identity");
  const error = await mesh
    .client(IdentityService)
    .getProfile({ accountId: "0193aaaa-0000-7000-8000-000000000001" }, { timeoutMs: 150 })
    .catch((thrown: unknown) => thrown);
  expect(ConnectError.from(error).code).toBe(Code.DeadlineExceeded);
  await expect.poll(() => sleepers(db), { timeout: 2_000, interval: 20 }).toBe(0);
});

test("cancelling in a transaction undoes it", async () => {
  await using mesh = await startTestMesh([sleepy]);
  const { db } = mesh.deps("identity");
  const stop = new AbortController();
  const call = mesh
    .client(IdentityService)
    .updateProfile({ change: {} }, { ...as("0193aaaa-0000-7000-8000-000000000001"), signal: stop.signal });
  await expect.poll(() => sleepers(db), { timeout: 2_000, interval: 20 }).toBe(1);
  stop.abort();
  expect(ConnectError.from(await call.catch((thrown: unknown) => thrown)).code).toBe(Code.Canceled);
  await expect.poll(() => sleepers(db), { timeout: 2_000, interval: 20 }).toBe(0);
  expect(await db.query(sql`select * from effect`)).toEqual([]);
});

test("a caller that gives up is no failure of ours, however it ends its stream", async () => {
  for (const [reason, code] of [
    [new ConnectError("http/2 stream closed with error code INTERNAL_ERROR (0x2)", Code.Internal), Code.Canceled],
    [new Error("socket hang up"), Code.Canceled],
    [new ConnectError("the operation timed out", Code.DeadlineExceeded), Code.DeadlineExceeded],
  ] as const) {
    const client = new AbortController();
    const call = { signal: client.signal, timeoutMs: () => undefined } as unknown as HandlerContext;
    using deadline = deadlineOf(IdentityService.method.getProfile, call, realLent());
    const ended = deadline.race(Promise.withResolvers<never>().promise).catch((thrown: unknown) => thrown);
    client.abort(reason);
    const told = toConnectError(await ended, "", deadline.signal);
    expect([told.code, toConnectError(new Error("broken on the way out"), "", deadline.signal).code]).toEqual([
      code,
      code,
    ]);
  }
});

test("a call within the process shares its caller's timer, and ends in time even when its caller is through before", async () => {
  const method = IdentityService.method.getProfile;
  const quiet = new AbortController().signal;
  const outer = deadlineOf(method, { signal: quiet, timeoutMs: () => 60 }, realLent());
  using inner = deadlineOf(method, outer, realLent());
  expect(inner.signal).toBe(outer.signal);
  using shorter = deadlineOf(method, { signal: outer.signal, timeoutMs: () => 1 }, realLent());
  expect(shorter.signal).not.toBe(outer.signal);
  outer[Symbol.dispose]();
  const error = await inner.race(Promise.withResolvers<never>().promise).catch((thrown: unknown) => thrown);
  expect(ConnectError.from(error).code).toBe(Code.DeadlineExceeded);
});

test("what is left of the deadline, the request id and the trace travel on", async () => {
  await using mesh = await startTestMesh([sleepy, front], { MESH_STRICT_BUDGETS: "false" });
  seen.length = 0;
  await mesh.client(PrivacyService).cancelAccountDeletion({ cancelToken: "x" }, { timeoutMs: 700 });
  const [outer, inner] = seen;
  expect(outer?.timeoutMs).toBeLessThanOrEqual(700);
  expect(inner?.timeoutMs).toBeLessThanOrEqual(outer?.timeoutMs ?? 0);
  expect(inner?.requestId).toBe(outer?.requestId);
  expect(inner?.traceId).toBe(outer?.traceId);
});

async function sleepers(db: { query(statement: unknown): Promise<{ n: number }[]> }): Promise<number> {
  const [row] = await db.query(
    sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`,
  );
  return row?.n ?? -1;
}
