import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import type { Db } from "./database.ts";
import { event, type Place } from "./log.ts";
import { sql } from "./sql.ts";
import type { Kind, SharedWrite } from "./together.ts";

interface Item {
  readonly id: string;
  readonly what: string;
}

let statements = 0;
const effects: Kind<Item> = {
  effect(items) {
    statements++;
    return sql`given as (select * from unnest(${items.map(({ id }) => id)}::uuid[], ${items.map(({ what }) => what)}::text[])
        with ordinality as n (id, what, place)),
      made as (insert into effect (id, what) select id, nullif(what, 'wrong') from given order by id on conflict do nothing returning id, what),
      effect as (select n.place, m.what from made m join given n on n.id = m.id)`;
  },
};

let mesh: TestMesh;
let db: Db;
const placed: Place[] = [];
beforeAll(async () => {
  mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  db = mesh.deps<ToyDeps>("identity").db;
  db.onLogged((places) => void placed.push(...places));
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** So many entries a write has: one to three. */
const entriesOf = (at: number) => 1 + (at % 3);
const all = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => entriesOf(from + n)).reduce((sum, count) => sum + count, 0);
const idOf = (at: number) => `0193aaaa-0000-7000-8000-${String(at).padStart(12, "0")}`;
const writing = (at: number, what = `${at}`, account = at): SharedWrite<Item> => ({
  kind: effects,
  item: { id: idOf(at), what },
  alone:
    () => sql`effect as (insert into effect (id, what) values (${idOf(at)}, nullif(${what}, 'wrong')) on conflict do nothing
    returning what)`,
  publish: Array.from({ length: entriesOf(at) }, () => event(AccountDeactivatedSchema, { accountId: idOf(account) })),
});
const write = (...given: Parameters<typeof writing>) =>
  db.writeTogether<{ what: string; log_seq: string }, Item>(undefined, writing(...given));
const logged = () =>
  db.query<{ partition: number; seq: string; subject_id: string }>(
    sql`select partition, seq, subject_id from log order by partition, seq`,
  );

test("writes of one moment share statements, and each gets its own answer and its own place in the log", async () => {
  const rows = await Promise.all(Array.from({ length: 100 }, (_, at) => write(at)));
  expect(rows.map(([row]) => row?.what)).toEqual(Array.from({ length: 100 }, (_, at) => `${at}`));
  expect(statements).toBeGreaterThan(0);
  expect(statements).toBeLessThan(20);
  const log = await logged();
  expect(log).toHaveLength(all(0, 100));
  for (const [at, [row]] of rows.entries()) {
    const mine = log.filter(({ subject_id }) => subject_id === idOf(at)).map(({ seq }) => Number(seq));
    const last = Number(row?.log_seq);
    expect(mine).toEqual(Array.from({ length: entriesOf(at) }, (_, n) => last - entriesOf(at) + 1 + n)); // one behind the other
  }
  const told = placed.flatMap(({ entries }) => entries);
  expect(new Set(told.map(({ partition, seq, subject }) => `${partition} ${seq} ${subject}`))).toEqual(
    new Set(log.map(({ partition, seq, subject_id }) => `${partition} ${seq} ${subject_id}`)),
  );
  for (const { entries, seq } of placed) expect(entries.at(-1)?.seq).toBe(seq);
});

test("what has happened already does not happen, leaves no gap, and nobody else suffers for it", async () => {
  const before = (await logged()).length;
  const rows = await Promise.all(Array.from({ length: 60 }, (_, at) => write(70 + at, "again")));
  expect(rows.filter(([row]) => row === undefined)).toHaveLength(30);
  expect(rows.slice(30).map(([row]) => row?.what)).toEqual(Array.from({ length: 30 }, () => "again"));
  expect(await logged()).toHaveLength(before + all(100, 130));
  const heads = await db.query(sql`select h.partition from log_head h left join log l using (partition)
    group by h.partition, h.seq having h.seq <> count(l.seq) or h.seq <> coalesce(max(l.seq), 0)`);
  expect(heads).toEqual([]);
});

test("one that the database refuses fails alone", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, at) => write(200 + at, at === 20 ? "wrong" : "right")),
  );
  expect(outcomes.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).toEqual([20]);
  expect(await db.query(sql`select 1 from effect where what = 'right'`)).toHaveLength(39);
});

test("writers of the same partitions, alone and together, do not wait for each other in a circle", async () => {
  const alone = async (at: number) =>
    db.write(undefined, { effect: writing(at).alone(), publish: writing(at, "", at % 7).publish });
  const several = (at: number) =>
    db.commit(undefined, async (tx) => {
      for (let n = 0; n < 5; n++) tx.publish(AccountDeactivatedSchema, { accountId: idOf((at + n) % 7) });
    });
  const before = (await logged()).length;
  await Promise.all(
    Array.from({ length: 150 }, (_, at) => [
      write(1_000 + at, "x", at % 7),
      alone(2_000 + at),
      ...(at % 10 ? [] : [several(at)]),
    ]).flat(),
  );
  expect(await logged()).toHaveLength(before + all(1_000, 1_150) + all(2_000, 2_150) + 75);
  const gaps = await db.query(sql`select h.partition from log_head h left join log l using (partition)
    group by h.partition, h.seq having h.seq <> count(l.seq) or h.seq <> coalesce(max(l.seq), 0)`);
  expect(gaps).toEqual([]);
});

test("nobody's transaction takes part in what others write", async () => {
  const strayed = db.commit(undefined, async () => write(5_000));
  await expect(strayed).rejects.toThrow("a transaction is open");
  expect((await write(5_001))[0]?.what).toBe("5001");
});
