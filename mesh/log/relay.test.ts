import { expect, test } from "vitest";
import { sql } from "../store/sql.ts";
import { eventually, openTestCourier } from "../testing/courier.ts";
import { openOwnLog } from "../testing/own-log.ts";
import { placesOf, relayOf } from "../testing/relay.ts";
import type { LogEntry } from "./entry.ts";

/** Positions of each partition, in the order in which they arrived. */
const ordered = (heard: readonly LogEntry[]) =>
  Map.groupBy(heard, ({ partition }) => partition)
    .values()
    .every((some) => some.every(({ seq }, n) => n === 0 || seq > (some[n - 1]?.seq ?? 0n)));

test("two thousand entries of many partitions are all carried, those of a partition in order, and told by their heads", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  const heads: bigint[][] = [];
  using _heads = post.courier.onHeads("identity", (told) => heads.push([...told.heads]));
  await own.announce(2_000);
  await using relay = await relayOf(post, own);
  own.db.onLogged(relay.poke);
  await eventually(() => placesOf(heard).size).toBe(2_000);
  await own.announceSingly(40);
  expect(await relay.flush()).toBe(true);
  await eventually(() => placesOf(heard).size).toBe(2_040);
  expect(heard).toHaveLength(2_040);
  expect(ordered(heard)).toBe(true);
  expect(new Set(heard.map(({ partition }) => partition)).size).toBe(64);
  expect(await own.carried()).toBe(2_040);
  expect(relay.carried).toBe(2_040);
  await eventually(() => heads.at(-1)?.reduce((a, b) => a + b)).toBe(2_040n);
});

test("an entry is found without a poke, and as it lies in the log", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await using _relay = await relayOf(post, own);
  await own.announce(1);
  await eventually(() => heard.length).toBe(1);
  const [row] = await own.db.query<Record<string, unknown>>(sql`select * from log`);
  const { at, payload, subject, seq, ...same } = heard[0] as LogEntry;
  expect(row).toMatchObject({ ...same, subject_id: subject, seq: String(seq) });
  expect(at).toEqual(new Date(row?.at as string));
  expect(Buffer.from(payload)).toEqual(row?.payload);
});

test("a relay goes on where the last one ended, and begins with what the log still holds", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await own.announce(200);
  await own.db.query(sql`delete from log where seq <= 1`);
  const left = (await own.db.query(sql`select 1 from log`)).length;
  {
    await using relay = await relayOf(post, own);
    expect(await relay.flush()).toBe(true);
    expect(relay.carried).toBe(left);
  }
  await own.announce(3);
  await using relay = await relayOf(post, own);
  expect(await relay.flush()).toBe(true);
  expect(relay.carried).toBe(3);
  await eventually(() => placesOf(heard).size).toBe(left + 3);
});

test("entries whose retention ended before they were carried hold nothing up", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  {
    await using relay = await relayOf(post, own);
    expect(await relay.flush()).toBe(true);
  }
  await own.announce(300);
  await own.db.query(sql`delete from log`);
  await own.announce(2);
  await using relay = await relayOf(post, own);
  expect(await relay.flush()).toBe(true);
  expect(relay.carried).toBe(2);
  expect(await own.carried()).toBe(302);
});

test("replicas share the partitions of a log that is divided, and carry all of it", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await using first = await relayOf(post, own, {}, 4);
  await using second = await relayOf(post, { db: await own.another() }, {}, 4);
  const round = async () => {
    await own.announce(64);
    await first.flush();
    await second.flush();
    return first.carried > 0 && second.carried > 0;
  };
  await eventually(round).toBe(true);
  await eventually(async () => placesOf(heard).size - (await own.written())).toBe(0);
});

test("the second of two replicas carries nothing while the first lives, and everything after it", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const first = await relayOf(post, own);
  expect(await first.flush()).toBe(true);
  await using second = await relayOf(post, { db: await own.another() });
  await own.announce(10);
  expect(await first.flush()).toBe(true);
  expect(second.carried).toBe(0);
  await first[Symbol.asyncDispose]();
  await own.announce(10);
  expect(await second.flush()).toBe(true);
  expect(second.carried).toBe(10);
});
