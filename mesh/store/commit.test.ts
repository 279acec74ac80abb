import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, inject, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { ensureKeys, openKeyring } from "../identity/keyring.ts";
import { partitionOf } from "../partition.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { as, startTestMesh, type TestMesh } from "../testing.ts";
import { connect, provisionRoles, urlsOf } from "./provision.ts";
import { sql } from "./sql.ts";

const ann = "0193aaaa-0000-7000-8000-000000000001";
let failing = false;

const identity = toy("identity", [IdentityService, CredentialService], {
  // RECORDED: one effect, and the answer of the first call for everybody who repeats it.
  changeHandle:
    ({ db, ids }) =>
    async (request, context) =>
      db.commit(context, async (tx) => {
        const id = ids.next();
        await tx.query(
          sql`insert into effect (id, what) values (${id}, ${(request as unknown as { handle: string }).handle})`,
        );
        tx.publish(AccountDeactivatedSchema, { accountId: ann });
        if (failing) throw new Error("half way");
        return { account: { etag: id } };
      }),
  // REISSUE: the subject is kept, the answer is made anew.
  registerAccount:
    ({ db, ids }) =>
    async (request, context) =>
      db.commitOnce(
        context,
        async (tx) => {
          const subject = ids.next();
          await tx.query(sql`insert into effect (id, what) values (${subject}, 'account')`);
          return { subject, answer: { tokens: { sessionId: subject, accessToken: "first" } } };
        },
        async (subject) => ({
          tokens: { sessionId: subject, accessToken: (request as unknown as { password: string }).password },
        }),
      ),
});
const store = (mesh: TestMesh) => mesh.deps<ToyDeps>("identity").db;
const effects = async (mesh: TestMesh) => (await store(mesh).query(sql`select 1 from effect`)).length;

test("fifty calls with one key have one effect and one answer, byte for byte", async () => {
  await using mesh = await startTestMesh([identity]);
  const client = mesh.client(IdentityService);
  const calls = Array.from({ length: 50 }, () =>
    client.changeHandle({ handle: "anna", idempotencyKey: "k1" }, as(ann)),
  );
  const etags = new Set((await Promise.all(calls)).map(({ account }) => account?.etag));
  expect(etags.size).toBe(1);
  expect(await effects(mesh)).toBe(1);
});

test("the key may travel in the header, and must not differ from the field", async () => {
  await using mesh = await startTestMesh([identity]);
  const client = mesh.client(IdentityService);
  const headers = { "Idempotency-Key": "k1" };
  const first = await client.changeHandle({ handle: "anna" }, as(ann, { headers }));
  const second = await client.changeHandle({ handle: "anna", idempotencyKey: "k1" }, as(ann, { headers }));
  expect(second.account?.etag).toBe(first.account?.etag);
  expect(await reason(client.changeHandle({ handle: "anna", idempotencyKey: "k2" }, as(ann, { headers })))).toBe(
    Code.InvalidArgument,
  );
});

test("one key for another request is refused, for another caller it is another key", async () => {
  await using mesh = await startTestMesh([identity]);
  const client = mesh.client(IdentityService);
  await client.changeHandle({ handle: "anna", idempotencyKey: "k1" }, as(ann));
  expect(await reason(client.changeHandle({ handle: "other", idempotencyKey: "k1" }, as(ann)))).toBe(
    Code.InvalidArgument,
  );
  await client.changeHandle({ handle: "other", idempotencyKey: "k1" }, as("0193aaaa-0000-7000-8000-000000000002"));
  expect(await effects(mesh)).toBe(2);
});

test("a failure is not recorded and leaves nothing behind", async () => {
  await using mesh = await startTestMesh([identity]);
  const client = mesh.client(IdentityService);
  failing = true;
  expect(await reason(client.changeHandle({ handle: "anna", idempotencyKey: "k1" }, as(ann)))).toBe(Code.Internal);
  failing = false;
  expect(await effects(mesh)).toBe(0);
  await client.changeHandle({ handle: "anna", idempotencyKey: "k1" }, as(ann));
  expect(await effects(mesh)).toBe(1);
  expect(await store(mesh).query(sql`select seq::int from log`)).toEqual([{ seq: 1 }]);
});

test("a repeated call that mints tokens proves itself again; no token and no password is kept", async () => {
  await using mesh = await startTestMesh([identity]);
  const client = mesh.client(IdentityService);
  const request = { handle: "anna", email: "anna@example.com", idempotencyKey: "k1" };
  const calls = Array.from({ length: 30 }, (_, at) =>
    client.registerAccount({ ...request, password: `password ${at}` }),
  );
  const sessions = new Set((await Promise.all(calls)).map(({ tokens }) => tokens?.sessionId));
  expect(sessions.size).toBe(1);
  const kept = await store(mesh).query<Record<string, unknown>>(sql`select * from replay`);
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({ answer: null, subject: [...sessions][0] });
});

test("concurrent writers leave no gap and no late row in any partition", async () => {
  await using mesh = await startTestMesh([identity]);
  const { db, chance, timers } = mesh.deps<ToyDeps>("identity");
  const write = async (at: number) => {
    const accounts = Array.from(
      { length: 3 },
      () => `0193aaaa-0000-7000-8000-0000000000${(10 + chance.below(80)).toString()}`,
    );
    await db
      .commit(undefined, async (tx) => {
        for (const accountId of accounts) tx.publish(AccountDeactivatedSchema, { accountId });
        await timers.sleep(chance.below(20));
        if (at % 7 === 0) throw new Error("changes its mind");
      })
      .catch(() => undefined);
  };
  await Promise.all(Array.from({ length: 300 }, (_, at) => write(at)));
  const rows = await db.query<{ partition: number; rows: number; head: number; last: number }>(sql`
    select h.partition, count(l.seq)::int as rows, h.seq::int as head, coalesce(max(l.seq), 0)::int as last
    from log_head h left join log l using (partition) group by h.partition, h.seq`);
  expect(rows.reduce((sum, row) => sum + row.rows, 0)).toBe(3 * (300 - Math.ceil(300 / 7)));
  expect(rows.filter(({ rows: count, head, last }) => count !== head || last !== head)).toEqual([]);
});

test("the partition of a key is the same for ever", () => {
  expect([ann, "", "ä", "0193aaaa-0000-7000-8000-000000000002"].map(partitionOf)).toEqual([42, 57, 4, 57]);
});

const reason = (call: Promise<unknown>) =>
  call.then(
    () => 0,
    (error) => ConnectError.from(error).code,
  );

test("whoever serves can neither make nor drop a table, nor look into another service's database", async () => {
  await using mesh = await startTestMesh([identity]);
  const attempt = (statement: ReturnType<typeof sql>) =>
    store(mesh)
      .query(statement)
      .then(
        () => "done",
        (error: { message: string }) => error.message,
      );
  expect(await attempt(sql`create table mine (id int)`)).toContain("permission denied");
  expect(await attempt(sql`drop table effect`)).toContain("must be owner");
  expect(await attempt(sql`alter table effect add column more int`)).toContain("must be owner");
  const [role] = await store(mesh).query<{ rolsuper: boolean; rolcreatedb: boolean }>(
    sql`select rolsuper, rolcreatedb from pg_roles where rolname = current_user`,
  );
  expect(role).toEqual({ rolsuper: false, rolcreatedb: false });

  const [name] = await store(mesh).query<{ at: string }>(sql`select current_database() as at`);
  const { postgres, keys } = inject("servers");
  const stranger = urlsOf(postgres, "", openKeyring(keys, "content"));
  await provisionRoles(postgres, stranger);
  const intruding = connect(stranger.data.replace(/[^/]+$/, name?.at ?? ""));
  await expect(intruding).rejects.toThrow("permission denied for database");

  await using otherHome = await mkdtempDisposable(join(tmpdir(), "skein-keys-"));
  const otherKeys = otherHome.path;
  ensureKeys(otherKeys, ["content"]);
  const other = urlsOf(postgres, "", openKeyring(otherKeys, "content"));
  await expect(provisionRoles(postgres, other)).rejects.toThrow("belongs to another installation");
  await (await connect(stranger.data.replace(/[^/]+$/, "postgres"))).end(); // and its password is still the old one
});

test("inside a transaction every statement goes through it: one more connection may never come", async () => {
  await using mesh = await startTestMesh([identity]);
  const db = store(mesh);
  const strayed = db.commit(undefined, async () => db.query(sql`select 1`));
  await expect(strayed).rejects.toThrow("a transaction is open");
  expect(await db.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("calls that repeat one key do not use up the connections of others", async () => {
  await using mesh = await startTestMesh([identity], { DATABASE_CONNECTIONS: "2" });
  const client = mesh.client(IdentityService);
  const repeated = Array.from({ length: 40 }, () =>
    client.changeHandle({ handle: "anna", idempotencyKey: "k" }, as(ann)),
  );
  const busy = () =>
    store(mesh).query<{ n: number }>(
      sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  expect(await busy()).toEqual([{ n: 0 }]);
  expect(new Set((await Promise.all(repeated)).map(({ account }) => account?.etag)).size).toBe(1);
});
