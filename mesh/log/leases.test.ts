import { expect, onTestFinished, test } from "vitest";
import { realLent } from "../lent.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { createLogger } from "../telemetry/logger.ts";
import { eventually } from "../testing/courier.ts";
import { openOwnLog } from "../testing/own-log.ts";
import { holdLeases, type Leases } from "./leases.ts";

const lent = realLent();
const log = createLogger({ level: "silent", service: "identity" });

/** A replica that keeps book of what it was told. */
function replica(db: Db, count: number, timers = lent.timers) {
  const told = new Set<number>();
  const leases = holdLeases({ db, lent: { ...lent, timers }, log }, "work", count, {
    gained: (part) => void told.add(part),
    lost: (part) => void told.delete(part),
  });
  onTestFinished(() => leases[Symbol.asyncDispose]());
  return { told, leases };
}
const open = async () => {
  const own = await openOwnLog(`l_${lent.ids.next().slice(-12)}_`);
  onTestFinished(() => own[Symbol.asyncDispose]());
  return own;
};
/** Lets everybody look by turns until the parts are shared as wanted. */
const shared = (...all: { leases: Leases }[]) =>
  eventually(async () => {
    for (const { leases } of all) await leases.renew();
    return sizes(...all);
  });
const sizes = (...all: { leases: Leases }[]) => all.map(({ leases }) => leases.held.size).sort();
const all = (...replicas: { leases: Leases }[]) =>
  replicas.flatMap(({ leases }) => [...leases.held]).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, part) => part);

test("one replica holds every part, more share them evenly, and who leaves releases at once", async () => {
  const { db } = await open();
  const first = replica(db, 7);
  await first.leases.renew();
  expect(all(first)).toEqual(upTo(7));
  const [second, third] = [replica(db, 7), replica(db, 7)];
  await shared(first, second, third).toEqual([2, 2, 3]);
  expect(all(first, second, third)).toEqual(upTo(7));
  await second.leases[Symbol.asyncDispose]();
  expect(second.told.size).toBe(0);
  await shared(first, third).toEqual([3, 4]);
  expect(all(first, third)).toEqual(upTo(7));
  for (const { told, leases } of [first, third]) expect(told).toEqual(leases.held);
});

test("the only part stays with whoever holds it, and goes to the next at once when it is released", async () => {
  const { db } = await open();
  const first = replica(db, 1);
  await first.leases.renew();
  const second = replica(db, 1);
  await second.leases.renew();
  await first.leases.renew();
  expect([all(first), all(second)]).toEqual([[0], []]);
  await first.leases[Symbol.asyncDispose]();
  await second.leases.renew();
  expect(all(second)).toEqual([0]);
});

test("what a replica held that stopped without a word is taken over after its time", async () => {
  const { db, another } = await open();
  const dying = await another();
  const first = replica(dying, 4);
  await first.leases.renew();
  expect(all(first)).toEqual(upTo(4));
  const second = replica(db, 4);
  await shared(first, second).toEqual([2, 2]);
  await dying[Symbol.asyncDispose](); // its database is out of reach: it can neither renew nor release
  await eventually(() => all(second)).toEqual(upTo(4));
  expect(first.told.size).toBe(0); // it knew before the others took over
});

test("works that are not the same, or divided otherwise, do not meet, and a fallen replica is forgotten", async () => {
  const { db } = await open();
  await db.query(
    sql`insert into replica (id, seen_at) values ('work/3 0', now() - interval '1 hour'), ('other 0', now())`,
  );
  const first = replica(db, 3);
  await first.leases.renew();
  expect(all(first)).toEqual(upTo(3));
  const divided = replica(db, 2); // as after a change of the configuration
  await divided.leases.renew();
  await first.leases.renew();
  expect([all(first), all(divided)]).toEqual([upTo(3), upTo(2)]);
  const left = await db.query<{ id: string }>(sql`select id from replica order by id`);
  expect(left.map(({ id }) => id.split(" ")[0])).toEqual(["other", "work/2", "work/3"]);
});
