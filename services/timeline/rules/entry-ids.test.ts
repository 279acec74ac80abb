import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { bytesOf, idsIn, newestFirst, olderThan } from "./entry-ids.ts";

const { ids } = realLent();
const made = Array.from({ length: 50 }, () => ids.next());
const newest = made.toReversed();
const packed = (list: readonly string[]) => Buffer.concat(list.map(bytesOf));

test("ids come out as they went in", () => {
  expect(idsIn(packed(made))).toEqual(made);
});

test.each([
  ["in order", newest],
  ["oldest first", made],
  ["shuffled a little", newest.map((_, at) => newest[at ^ 1] ?? "")],
  ["with doubles", newest.flatMap((id, at) => (at % 3 === 0 ? [id, newest[at + 1] ?? id, id] : [id]))],
])("ids that come %s are put newest first, each once", (_, given) => {
  expect(idsIn(newestFirst(packed(given)))).toEqual(newest);
});

test.each([0, 1, 25, 48, 49])("after the id at %i only older ones are left", (at) => {
  expect(idsIn(olderThan(packed(newest), newest[at]))).toEqual(newest.slice(at + 1));
});

test("an id that is not there has a place all the same", () => {
  const without = packed(newest.filter((_, at) => at !== 10));
  expect(idsIn(olderThan(without, newest[10]))).toEqual(newest.slice(11));
  expect(idsIn(olderThan(without, undefined))).toHaveLength(49);
});
