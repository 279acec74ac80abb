import { expect, inject, test } from "vitest";
import { type Sql, sql } from "../store/sql.ts";
import { eventually, openTestCourier, type TestCourier } from "../testing/courier.ts";
import { type OwnLog, openOwnLog } from "../testing/own-log.ts";
import { layWire } from "../testing/wire.ts";
import type { Courier } from "./courier.ts";
import type { LogEntry } from "./entry.ts";
import { startRelay } from "./relay.ts";
import { streamName } from "./stream.ts";

const start = (
  { courier, lent, log }: TestCourier,
  { db }: Pick<OwnLog, "db">,
  change: Partial<Courier> = {},
  parts = 1,
) =>
  startRelay({
    service: "identity",
    db,
    courier: Object.create(courier, Object.getOwnPropertyDescriptors(change)),
    lent,
    log,
    parts,
  });
const placesOf = (heard: readonly LogEntry[]) => new Set(heard.map(({ partition, seq }) => `${partition} ${seq}`));
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
  await using relay = await start(post, own);
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
  await using _relay = await start(post, own);
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
    await using relay = await start(post, own);
    expect(await relay.flush()).toBe(true);
    expect(relay.carried).toBe(left);
  }
  await own.announce(3);
  await using relay = await start(post, own);
  expect(await relay.flush()).toBe(true);
  expect(relay.carried).toBe(3);
  await eventually(() => placesOf(heard).size).toBe(left + 3);
});

test("entries whose retention ended before they were carried hold nothing up", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  {
    await using relay = await start(post, own);
    expect(await relay.flush()).toBe(true);
  }
  await own.announce(300);
  await own.db.query(sql`delete from log`);
  await own.announce(2);
  await using relay = await start(post, own);
  expect(await relay.flush()).toBe(true);
  expect(relay.carried).toBe(2);
  expect(await own.carried()).toBe(302);
});

test("two relays of one log, both sure that it is theirs, publish everything and never move back", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  // The second believes to hold the lease whatever the table says: the fence alone must do.
  const other = await own.another();
  const query = async (given: Sql) => (/\blease\b/.test(given.text) ? [{ part: 0 }] : other.query(given));
  await using first = await start(post, own);
  await using second = await start(post, { db: Object.create(other, { query: { value: query } }) });
  const seen: number[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) seen.push(await own.carried());
  })();
  own.db.onLogged((places) => {
    first.poke(places);
    second.poke(places);
  });
  for (let round = 0; round < 20; round++) await own.announce(25);
  expect(await first.flush()).toBe(true);
  expect(await second.flush()).toBe(true);
  await eventually(() => placesOf(heard).size).toBe(500);
  expect(await own.carried()).toBe(500);
  over = true;
  await watching;
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(second.carried).toBeGreaterThan(0);
});

test("the second of two replicas carries nothing while the first lives, and everything after it", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const first = await start(post, own);
  expect(await first.flush()).toBe(true);
  await using second = await start(post, { db: await own.another() });
  await own.announce(10);
  expect(await first.flush()).toBe(true);
  expect(second.carried).toBe(0);
  await first[Symbol.asyncDispose]();
  await own.announce(10);
  expect(await second.flush()).toBe(true);
  expect(second.carried).toBe(10);
});

test("NATS away, hanging or back changes nothing for who writes, and what was written meanwhile is carried", async () => {
  await using wire = await layWire(inject("servers").nats);
  await using post = await openTestCourier({ url: wire.url });
  await using own = await openOwnLog(`${post.namespace}_`);
  await using near = await openTestCourier({ namespace: post.namespace });
  const heard = await near.listen();
  await using relay = await start(post, own);
  own.db.onLogged(relay.poke);
  await own.announceSingly(10);
  await eventually(() => placesOf(heard).size).toBe(10);
  await wire.cut();
  await eventually(() => post.courier.up).toBe(false);
  await own.announceSingly(50);
  expect(await relay.flush()).toBe(false);
  await wire.mend();
  await eventually(() => placesOf(heard).size).toBe(60);
  wire.hang();
  await own.announceSingly(50);
  expect(await own.written()).toBe(110);
  await wire.mend();
  await eventually(() => placesOf(heard).size).toBe(110);
  await eventually(() => own.carried()).toBe(110);
});

test("a stream that is deleted while entries are carried is made again and filled with what comes", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  await using relay = await start(post, own);
  own.db.onLogged(relay.poke);
  await own.announce(20);
  expect(await relay.flush()).toBe(true);
  const name = streamName(post.namespace, "identity");
  for (const harm of [() => post.streams.delete(name), () => post.streams.purge(name)]) {
    await harm();
    await own.announce(20);
    await eventually(async () => (await post.streams.info(name).catch(() => undefined))?.state.messages).toBe(20);
  }
  expect(await relay.flush()).toBe(true);
});

test("where publishing fails half way, the position stays before the first that failed, and it is tried again", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await own.announce(130);
  let left = 60;
  const failing = {
    publish: (...given: Parameters<Courier["publish"]>) =>
      left-- === 0 ? Promise.reject(new Error("no space left")) : post.courier.publish(...given),
  };
  await using relay = await start(post, own, failing);
  await eventually(() => placesOf(heard).size).toBe(130);
  expect(await relay.flush()).toBe(true);
  expect(await own.carried()).toBe(130);
});
