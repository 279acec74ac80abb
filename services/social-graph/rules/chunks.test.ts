import { expect, test } from "vitest";
import { chunksOf } from "./chunks.ts";

const rows = (...buckets: number[]) => buckets.map((bucket, at) => ({ bucket, at }));

test.each<[string, number[], number, number[][]]>([
  ["nothing makes no chunk", [], 3, []],
  ["one bucket within the size is one chunk", [1, 1, 1], 3, [[0, 1, 2]]],
  ["a chunk is never larger", [1, 1, 1, 1], 3, [[0, 1, 2], [3]]],
  ["buckets are never mixed", [1, 2, 2, 7], 3, [[0], [1, 2], [3]]],
  ["one each, if asked so", [1, 1, 2], 1, [[0], [1], [2]]],
])("%s", (_, buckets, size, chunks) => {
  expect(chunksOf(rows(...buckets), size).map((chunk) => chunk.map(({ at }) => at))).toEqual(chunks);
});
