import { expect, test } from "vitest";
import { realLent } from "../lent.ts";
import type { LogEntry } from "./entry.ts";
import { createFeed } from "./feed.ts";
import { gather } from "./gather.ts";
import { type Places, placesOf } from "./places.ts";

const entry = (partition: number, seq: number): LogEntry => ({
  ...{ partition, seq: BigInt(seq), at: new Date(0), type: "toy", subject: "x", payload: new Uint8Array(), trace: "" },
});
const entries = (partition: number, from: number, count: number) =>
  Array.from({ length: count }, (_, n) => entry(partition, from + n));

/** An owner whose log has so many entries in each partition, and what follows it. */
function following(partitions: number, length: number) {
  const places = placesOf(() => undefined);
  places.claim(Array.from({ length: partitions }, (_, partition) => partition));
  for (let partition = 0; partition < partitions; partition++) places.take(partition, 0n);
  const feed = createFeed({
    source: "toy",
    read: async (partition, after, limit) => ({
      ...{
        entries: entries(partition, Number(after) + 1, Math.min(limit, length - Number(after))),
        incarnation: "one",
      },
      ...{ head: BigInt(length), tooOld: false },
    }),
    changed: () => undefined,
    allHeard: () => undefined,
  });
  const ready = new Set(Array.from({ length: partitions }, (_, partition) => partition));
  const next = async () => {
    const { shares } = await gather(feed, places, ready, {
      ...{ own: true, lent: realLent(), signal: AbortSignal.timeout(10_000) },
    });
    apply(places, shares);
    return shares.map(({ partition }) => partition);
  };
  return { places, feed, next };
}

function apply(places: Places, shares: Awaited<ReturnType<typeof gather>>["shares"]): void {
  for (const { partition, entries: some } of shares) {
    const at = some.at(-1)?.seq ?? 0n;
    places.stand(partition, at, at);
  }
}

test("a partition that lacks its next event is pulled even if others always have something", async () => {
  const { feed, places, next } = following(2, 40);
  feed.heard(0, 40n);
  for (let round = 1; round <= 30; round++) {
    feed.offer(entry(1, round), "one");
    await next();
  }
  expect(places.get(1)?.at).toBe(30n);
  expect(places.get(0)?.at).toBe(40n);
});

test("each partition that is behind gets its share of every round", async () => {
  const { feed, next } = following(60, 100);
  for (let partition = 0; partition < 60; partition++)
    for (const one of entries(partition, 1, 100)) feed.offer(one, "one");
  expect(await next()).toHaveLength(60);
  expect(await next()).toHaveLength(60);
});

test("what is pulled lies here for the next rounds, however much of what comes later lies here already", async () => {
  const { feed } = following(1, 5_000);
  for (const one of entries(0, 3_000, 2_000)) feed.offer(one, "one");
  await feed.pull(0, 0n);
  expect(feed.next(0, 0n, 1_000)).toHaveLength(500);
});

test("what was applied is forgotten, and what was not stays", async () => {
  const { feed } = following(1, 10);
  for (const one of entries(0, 1, 10)) feed.offer(one, "one");
  for (const upTo of [4n, 4n, 2n, 6n]) feed.prune(0, upTo);
  expect(feed.next(0, 5n, 10)).toEqual([]);
  expect(feed.next(0, 6n, 10)).toHaveLength(4);
});
