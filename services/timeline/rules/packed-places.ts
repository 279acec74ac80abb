import type { Candidate } from "../view/shapes.ts";
import { bytesOf, ID_BYTES, idAt } from "./entry-ids.ts";

const PLACE_BYTES = ID_BYTES + 1;

/**
 * Places as a pin and a gap's token keep them: how many, id and source of each, then the tags that brought some of them.
 * Tags hold no blanks and no line ends.
 */
export function packPlaces(candidates: readonly Candidate[]): Buffer {
  const head = Buffer.allocUnsafe(2 + candidates.length * PLACE_BYTES);
  head.writeUInt16BE(candidates.length, 0);
  const tags: string[] = [];
  candidates.forEach(({ id, source, hashtag }, place) => {
    const at = 2 + place * PLACE_BYTES;
    bytesOf(id).copy(head, at);
    head[at + ID_BYTES] = source;
    if (hashtag !== undefined) tags.push(`${place} ${hashtag}`);
  });
  return Buffer.concat([head, Buffer.from(tags.join("\n"))]);
}

/** The places from `from` on, at most `most`. */
export function unpackPlaces(packed: Buffer, from = 0, most = Number.POSITIVE_INFINITY): Candidate[] {
  const count = packed.readUInt16BE(0);
  const end = Math.min(count, from + most);
  const tags = tagsIn(packed.toString("utf8", 2 + count * PLACE_BYTES));
  const places: Candidate[] = [];
  for (let place = from; place < end; place++) {
    const at = 2 + place * PLACE_BYTES;
    const hashtag = tags?.get(place);
    places.push({
      id: idAt(packed.subarray(at), 0),
      source: packed[at + ID_BYTES] as Candidate["source"],
      ...(hashtag !== undefined && { hashtag }),
    });
  }
  return places;
}

/** How many there are. */
export const countPlaces = (packed: Buffer): number => packed.readUInt16BE(0);

const tagsIn = (text: string): Map<number, string> | undefined =>
  text === ""
    ? undefined
    : new Map(
        text.split("\n").map((line) => {
          const [place = "", tag = ""] = line.split(" ");
          return [Number(place), tag];
        }),
      );
