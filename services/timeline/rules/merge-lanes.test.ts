import fc from "fast-check";
import { expect, test } from "vitest";
import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { mergeLanes } from "./merge-lanes.ts";

const { PUSHED, PULLED, HASHTAG } = ItemSource;
const lane = (source: ItemSource, ...ids: string[]) => ids.map((id) => ({ id, source }));

test("of one place in several lanes the first lane's stays", () => {
  const merged = mergeLanes([lane(PUSHED, "d", "b"), lane(PULLED, "d", "c"), lane(HASHTAG, "c", "a")], 10);
  expect(merged.map(({ id, source }) => `${id}${source}`)).toEqual([
    `d${PUSHED}`,
    `c${PULLED}`,
    `b${PUSHED}`,
    `a${HASHTAG}`,
  ]);
});

test("lanes are merged as if they were sorted together, and cut", () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom(..."abcdef") }));
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 4 }), fc.nat(12), (lists, most) => {
      const lanes = lists.map((list) => lane(PUSHED, ...list.toSorted().toReversed()));
      const expected = [...new Set(lists.flat())].toSorted().toReversed().slice(0, most);
      expect(mergeLanes(lanes, most).map(({ id }) => id)).toEqual(expected);
    }),
  );
});
