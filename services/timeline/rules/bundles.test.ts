import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { bundle, cutBundles, deliveriesIn } from "./bundles.ts";
import { bytesOf, ID_BYTES, idAt } from "./entry-ids.ts";

const { ids } = realLent();
const made = (count: number) => Array.from({ length: count }, () => ids.next());
const packed = (list: readonly string[]) => Buffer.concat(list.map(bytesOf));

/** Reads a piece the way the script does. */
function unpack(piece: Buffer): string[] {
  const all: string[] = [];
  for (let at = 0; at < piece.length; ) {
    const count = piece.readUInt16BE(at);
    const entry = idAt(piece.subarray(at + 2, at + 18), 0);
    for (let home = 0; home < count; home++)
      all.push(`${entry} ${idAt(piece.subarray(at + 18 + home * ID_BYTES, at + 34 + home * ID_BYTES), 0)}`);
    at += 18 + count * ID_BYTES;
  }
  return all;
}

test.each([
  { sizes: [], most: 4, pieces: 0 },
  { sizes: [1], most: 4, pieces: 1 },
  { sizes: [4], most: 4, pieces: 1 },
  { sizes: [5], most: 4, pieces: 2 },
  { sizes: [3, 3], most: 4, pieces: 2 },
  { sizes: [1, 1, 1, 1, 1], most: 4, pieces: 2 },
  { sizes: [2, 13, 1], most: 4, pieces: 4 },
  { sizes: [300, 7], most: 128, pieces: 3 },
])("bundles of $sizes in pieces of $most lose and double nothing", ({ sizes, most, pieces }) => {
  const groups = sizes.map((size) => ({ entry: ids.next(), homes: made(size) }));
  const bundles = Buffer.concat(groups.map(({ entry, homes }) => bundle(entry, packed(homes))));
  const cut = cutBundles(bundles, most);
  expect(cut).toHaveLength(pieces);
  expect(cut.flatMap(unpack)).toEqual(groups.flatMap(({ entry, homes }) => homes.map((home) => `${entry} ${home}`)));
  for (const piece of cut) expect(deliveriesIn(piece)).toBeLessThanOrEqual(most);
  expect(deliveriesIn(bundles)).toBe(sizes.reduce((sum, size) => sum + size, 0));
});
