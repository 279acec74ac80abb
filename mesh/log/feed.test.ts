import { expect, test } from "vitest";
import { createFeed } from "./feed.ts";

test("how far a log reaches is told to everybody, also if only one of them asked", async () => {
  const told: number[] = [];
  const feed = createFeed({
    source: "content",
    read: async () => ({ entries: [], head: 9n, tooOld: false, incarnation: "one" }),
    changed: (partition) => void told.push(partition),
    allHeard: () => undefined,
  });
  feed.heard(7, 4n);
  expect(told).toEqual([7]);
  await feed.pull(7, 3n);
  expect(feed.head(7)).toBe(9n);
  expect(told).toEqual([7, 7]);
  feed.heard(7, 9n); // nothing new
  await feed.pull(7, 3n);
  expect(told).toEqual([7, 7]);
});
