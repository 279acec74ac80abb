import { expect, test } from "vitest";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import {
  AccountDeactivatedSchema,
  AccountReactivatedSchema,
  SessionRevokedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { consumer, on } from "../consumer.ts";
import { event } from "../store/log.ts";
import { sql } from "../store/sql.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";

const person = (n: number) => `0193aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`;
const poison = new Set<string>();

const writeDown = consumer<ToyDeps>("write-down", [
  on(AccountDeactivatedSchema, async ({ event: { accountId }, tx, id, seq, partition }, { ids }) => {
    if (poison.has(accountId)) throw new Error("this one cannot be applied");
    await tx.query(
      sql`insert into effect (id, what) values (${ids.next()}, ${`${accountId} ${partition} ${seq} ${id}`})`,
    );
  }),
  on(AccountReactivatedSchema, async ({ event: { accountId }, tx, partition, seq }, { ids }) => {
    await tx.query(
      sql`insert into effect (id, what) values (${ids.next()}, ${`${accountId} ${partition} ${seq} back`})`,
    );
  }),
]);
const identity = toy("identity", [IdentityService, PrivacyService], {});
const listener = toy("content", [GatewayInfoService], {}, {}, { consumes: [writeDown as never] });

const announce = (
  mesh: TestMesh,
  schema: typeof AccountDeactivatedSchema | typeof AccountReactivatedSchema,
  n: number,
) =>
  mesh.deps<ToyDeps>("identity").db.write(undefined, {
    effect: sql`effect as (insert into effect (id, what) values (gen_random_uuid(), 'x') returning 1)`,
    publish: [event(schema, { accountId: person(n) })],
  });
const applied = async (mesh: TestMesh): Promise<string[]> =>
  (await mesh.deps<ToyDeps>("content").db.query<{ what: string }>(sql`select what from effect order by id`)).map(
    ({ what }) => what,
  );

test("what one service announces, another applies: each event once, and those about one account in their order", async () => {
  await using mesh = await startTestMesh([identity, listener]);
  await Promise.all(Array.from({ length: 300 }, (_, n) => announce(mesh, AccountDeactivatedSchema, n % 60)));
  await Promise.all(Array.from({ length: 60 }, (_, n) => announce(mesh, AccountReactivatedSchema, n)));
  await mesh.settle();
  const rows = await applied(mesh);
  expect(rows).toHaveLength(360);
  expect(new Set(rows.map((row) => row.split(" ").slice(1, 3).join(" "))).size).toBe(360);
  for (const partition of new Set(rows.map((row) => row.split(" ")[1]))) {
    const seqs = rows.filter((row) => row.split(" ")[1] === partition).map((row) => Number(row.split(" ")[2]));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  // of events of other kinds nothing comes of it, but the position moves past them
  await mesh.deps<ToyDeps>("identity").db.write(undefined, {
    effect: sql`effect as (select 1)`,
    publish: [event(SessionRevokedSchema, { accountId: person(1), sessionId: "s", reason: 1 })],
  });
  await mesh.settle();
  expect(await applied(mesh)).toHaveLength(360);
});

test("an event that cannot be applied is put aside with the later ones of its subject, and holds up nobody else", async () => {
  await using mesh = await startTestMesh([identity, listener]);
  poison.add(person(1));
  for (const n of [1, 2, 1, 3]) await announce(mesh, AccountDeactivatedSchema, n);
  await announce(mesh, AccountReactivatedSchema, 1);
  await mesh.settle();
  poison.delete(person(1));
  expect((await applied(mesh)).map((row) => row.split(" ")[0])).toEqual(expect.arrayContaining([person(2), person(3)]));
  expect(await applied(mesh)).toHaveLength(2);
  const letters = await mesh
    .deps<ToyDeps>("content")
    .db.query<{ cause: string; attempts: number }>(
      sql`select cause, attempts from dead_letter order by partition, seq`,
    );
  expect(letters).toMatchObject([
    { cause: expect.stringContaining("cannot be applied"), attempts: 5 },
    { cause: "behind an earlier one", attempts: 0 },
    { cause: "behind an earlier one", attempts: 0 },
  ]);
});

test("a write in which nothing happened leaves no gap, and many at once leave none either", async () => {
  await using mesh = await startTestMesh([identity]);
  const { db } = mesh.deps<ToyDeps>("identity");
  const id = person(7);
  const once = () =>
    db.write(undefined, {
      effect: sql`effect as (insert into effect (id, what) values (${id}, 'x') on conflict do nothing returning 1)`,
      publish: [event(AccountDeactivatedSchema, { accountId: id })],
    });
  const answers = await Promise.all(Array.from({ length: 64 }, once));
  expect(answers.filter((rows) => rows.length > 0)).toHaveLength(1);
  await Promise.all(Array.from({ length: 200 }, () => announce(mesh, AccountDeactivatedSchema, 7)));
  const [row] = await db.query<{ rows: number; first: string; last: string; head: string }>(sql`
    select count(*)::int as rows, min(l.seq) as first, max(l.seq) as last, max(h.seq) as head
    from log l join log_head h using (partition) where subject_id = ${id}`);
  expect(row).toEqual({ rows: 201, first: "1", last: "201", head: "201" });
});
