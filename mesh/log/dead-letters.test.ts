import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { park, parkedSubjects, redrive, stillParked } from "./dead-letters.ts";
import type { LogEntry } from "./entry.ts";

const entry = (subject: string, seq: number, partition = 0): LogEntry => ({
  partition,
  seq: BigInt(seq),
  at: new Date("2026-11-23T10:00:00.000Z"),
  type: "skein.identity.v1.AccountDeactivated",
  subject,
  payload: new Uint8Array([1, 2, 3]),
  trace: "00-a-b-01",
});

async function started() {
  const mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  const { db, ids } = mesh.deps<ToyDeps>("identity");
  const parkAll = (entries: readonly LogEntry[], consumer = "mirror", source = "identity") =>
    db.commit(undefined, async (tx) => {
      for (const one of entries) await park(tx, ids, { consumer, source, entry: one, cause: "boom", attempts: 5 });
    });
  return { db, parkAll, [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose]() };
}

/** Applies by writing down what it saw; what is in `failing` it refuses. */
function noting(failing: ReadonlySet<bigint> = new Set()) {
  const seen: string[] = [];
  const apply = async (tx: Tx, { subject, partition, seq }: LogEntry) => {
    await tx.query(sql`insert into effect (id, what) values (gen_random_uuid(), ${`${subject} ${partition}/${seq}`})`);
    if (failing.has(seq)) throw new Error(`still cannot take ${seq}`);
    seen.push(`${subject} ${partition}/${seq}`);
  };
  return { seen, apply };
}

const letters = (db: Db) =>
  db.query(sql`select subject_id, seq::int as seq, cause, attempts from dead_letter order by subject_id, seq`);
const effects = async (db: Db) =>
  (await db.query<{ what: string }>(sql`select what from effect order by what`)).map(({ what }) => what);

test("a parked event is kept whole, once, and names its subject", async () => {
  await using here = await started();
  await here.parkAll([entry("ann", 7)]);
  await here.parkAll([entry("ann", 7)]);
  await here.parkAll([entry("bob", 7)], "other");
  expect(await parkedSubjects(here.db.query, "mirror", "identity")).toEqual(new Set(["ann"]));
  expect(await parkedSubjects(here.db.query, "mirror", "content")).toEqual(new Set());
  let again: LogEntry | undefined;
  await redrive({ db: here.db }, { consumer: "mirror", limit: 1 }, async (_tx, one) => {
    again = one;
  });
  expect({ ...again, payload: [...(again?.payload ?? [])] }).toEqual({ ...entry("ann", 7), payload: [1, 2, 3] });
});

test("redrive keeps the order of each subject, stops where it fails again, and leaves the others alone", async () => {
  await using here = await started();
  const { seen, apply } = noting(new Set([12n]));
  await here.parkAll([entry("bob", 13), entry("ann", 12), entry("ann", 3), entry("ann", 20), entry("bob", 2, 1)]);
  const outcome = await redrive({ db: here.db }, { limit: 100 }, apply);
  expect(outcome).toEqual({ applied: 3, stopped: 1, left: 2 });
  expect(seen.filter((one) => one.startsWith("ann"))).toEqual(["ann 0/3"]);
  expect(seen.filter((one) => one.startsWith("bob"))).toEqual(["bob 0/13", "bob 1/2"]);
  expect(await effects(here.db)).toEqual(["ann 0/3", "bob 0/13", "bob 1/2"]); // what failed left nothing behind
  expect(await letters(here.db)).toEqual([
    { subject_id: "ann", seq: 12, cause: "Error: still cannot take 12", attempts: 6 },
    { subject_id: "ann", seq: 20, cause: "boom", attempts: 5 },
  ]);
});

test("redrive takes only the consumer and the subject that were named, and no more than the limit", async () => {
  await using here = await started();
  await here.parkAll([entry("ann", 1), entry("ann", 2), entry("bob", 3)]);
  await here.parkAll([entry("ann", 1)], "other");
  const { seen, apply } = noting();
  const narrow = await redrive({ db: here.db }, { consumer: "mirror", subject: "ann", limit: 1 }, apply);
  expect(narrow).toEqual({ applied: 1, stopped: 0, left: 1 });
  expect(seen).toEqual(["ann 0/1"]);
  expect(await redrive({ db: here.db }, { consumer: "mirror", limit: 10 }, apply)).toMatchObject({ applied: 2 });
  expect(await redrive({ db: here.db }, { limit: 10 }, apply)).toEqual({ applied: 1, stopped: 0, left: 0 });
});

test("two redrives at once apply nothing twice", async () => {
  await using here = await started();
  await here.parkAll(Array.from({ length: 20 }, (_, at) => entry("ann", at + 1)));
  const { seen, apply } = noting();
  const [one, two] = await Promise.all([1, 2].map(() => redrive({ db: here.db }, { limit: 100 }, apply)));
  expect((one?.applied ?? 0) + (two?.applied ?? 0)).toBe(20);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => `ann 0/${at + 1}`));
  expect(await effects(here.db)).toHaveLength(20);
});

test("the next event of a subject waits for a redrive under way, and follows what it left", async () => {
  await using here = await started();
  await here.parkAll([entry("ann", 1)]);
  const inside = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const driving = redrive({ db: here.db }, { limit: 1 }, async () => {
    inside.resolve();
    await go.promise;
  });
  await inside.promise;
  const asked = here.db.commit(undefined, (tx) => stillParked(tx, "mirror", "identity", "ann"));
  await expect.poll(() => waiters(here.db)).toBe(1);
  go.resolve();
  await driving;
  expect(await asked).toBe(false);
  // Another subject waits for nobody.
  expect(await here.db.commit(undefined, (tx) => stillParked(tx, "mirror", "identity", "bob"))).toBe(false);
});

test("whoever leaves in the middle of a redrive blames no event", async () => {
  await using here = await started();
  await here.parkAll([entry("ann", 1), entry("ann", 2)]);
  const leaving = new AbortController();
  const driving = redrive({ db: here.db, signal: leaving.signal }, { limit: 10 }, async (_tx, { seq }) => {
    if (seq === 2n) leaving.abort(new Error("gone"));
    leaving.signal.throwIfAborted();
  });
  await expect(driving).rejects.toThrow("gone");
  expect(await letters(here.db)).toEqual([{ subject_id: "ann", seq: 2, cause: "boom", attempts: 5 }]);
});

async function waiters(db: Db): Promise<number> {
  const [row] = await db.query<{ n: number }>(sql`select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`);
  return row?.n ?? 0;
}
