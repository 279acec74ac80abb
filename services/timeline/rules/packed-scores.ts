import { bytesOf, ID_BYTES } from "./entry-ids.ts";

// What Redis keeps of a viewer's affinities: when they were found, then for each account sixteen bytes of id and the score, by id.
const HEAD_BYTES = 8;
const RECORD_BYTES = ID_BYTES + 8;

/** Scores that were found at one time. Those of an account are found by halving: nobody decodes all of them to read a few. */
export type PackedScores = Buffer;

/** When they were found. */
export const foundAt = (packed: PackedScores): number => packed.readDoubleBE(0);

/** The score of an account, if it is among them. */
export function scoreIn(packed: PackedScores, accountId: string): number | undefined {
  const wanted = bytesOf(accountId);
  let [low, high] = [0, countOf(packed)];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = HEAD_BYTES + middle * RECORD_BYTES;
    const order = packed.compare(wanted, 0, ID_BYTES, at, at + ID_BYTES);
    if (order === 0) return packed.readDoubleBE(at + ID_BYTES);
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

/** Adds scores to those that were found before, and keeps the time of these; more than `most` in all, and only the new ones stay. */
export function withScores(
  before: PackedScores | undefined,
  scores: ReadonlyMap<string, number>,
  now: number,
  most: number,
): PackedScores {
  const fresh = [...scores].map(([accountId, score]) => recordOf(accountId, score));
  const room = before !== undefined && countOf(before) + fresh.length <= most;
  const records = room ? [...recordsIn(before), ...fresh] : fresh;
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeDoubleBE(room ? foundAt(before) : now);
  return Buffer.concat([head, ...records.sort(Buffer.compare)]);
}

const countOf = (packed: PackedScores): number => Math.max(0, Math.floor((packed.length - HEAD_BYTES) / RECORD_BYTES));

const recordsIn = (packed: PackedScores): Buffer[] =>
  Array.from({ length: countOf(packed) }, (_, place) =>
    packed.subarray(HEAD_BYTES + place * RECORD_BYTES, HEAD_BYTES + (place + 1) * RECORD_BYTES),
  );

function recordOf(accountId: string, score: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  bytesOf(accountId).copy(record);
  record.writeDoubleBE(score, ID_BYTES);
  return record;
}
