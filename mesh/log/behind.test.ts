import { expect, test } from "vitest";
import { feedBehind } from "./behind.ts";
import type { LogEntry } from "./entry.ts";
import { createFeed } from "./feed.ts";

const PARTITION = 5;
const entry = (seq: bigint): LogEntry => ({
  ...{ partition: PARTITION, seq, at: new Date(0), type: "toy.v1.Happened", subject: `${seq}` },
  ...{ payload: new Uint8Array(), trace: "" },
});

function behindSomebody() {
  const stand: { at: bigint | undefined } = { at: 0n };
  const whole = createFeed({
    source: "toy",
    read: async () => ({ entries: [entry(1n), entry(2n), entry(3n)], head: 3n, tooOld: false, incarnation: "one" }),
    changed: () => undefined,
    allHeard: () => undefined,
  });
  return { stand, whole, feed: feedBehind(whole, () => stand.at) };
}

test("whoever goes behind another consumer is given nothing that it has not applied, from here or from the owner", async () => {
  const { stand, whole, feed } = behindSomebody();
  for (const seq of [1n, 2n, 3n]) whole.offer(entry(seq), "one");
  const seen = async () => [
    feed.head(PARTITION),
    feed.next(PARTITION, 0n, 10).map(({ seq }) => seq),
    (await feed.pull(PARTITION, 0n)).entries.map(({ seq }) => seq),
  ];
  expect(await seen()).toEqual([0n, [], []]);
  stand.at = 2n;
  expect(await seen()).toEqual([2n, [1n, 2n], [1n, 2n]]);
  stand.at = 9n; // it may know of more than we have heard of
  expect(await seen()).toEqual([3n, [1n, 2n, 3n], [1n, 2n, 3n]]);
  stand.at = undefined; // it has just been given the partition, and does not know yet
  expect(await seen()).toEqual([0n, [], []]);
});
