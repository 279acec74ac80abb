/** Ids of entries as Redis keeps them: sixteen bytes each, one behind the other. UUIDv7, so bytes sort as time does. */
export type EntryIds = Buffer;

export const ID_BYTES = 16;

/** The bytes of one id. */
export const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");

/** How many there are. */
export const countOf = (ids: EntryIds): number => ids.length / ID_BYTES;

/** The id at a place, as text. */
export const idAt = (ids: EntryIds, place: number): string =>
  dashed(ids.toString("hex", place * ID_BYTES, (place + 1) * ID_BYTES), 0);

/** All of them as text, or the first so many. */
export function idsIn(ids: EntryIds, most = countOf(ids)): string[] {
  const hex = ids.toString("hex", 0, most * ID_BYTES); // at once: one way into native code instead of hundreds
  const texts: string[] = [];
  for (let at = 0; at < hex.length; at += 2 * ID_BYTES) texts.push(dashed(hex, at));
  return texts;
}

const dashed = (hex: string, at: number): string =>
  `${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-${hex.slice(at + 12, at + 16)}-${hex.slice(at + 16, at + 20)}-${hex.slice(at + 20, at + 32)}`;

/** Newest first and each once. They nearly are: deliveries overtake each other only within moments. */
export function newestFirst(ids: EntryIds): EntryIds {
  const sorted = Buffer.from(ids);
  let end = 0;
  for (let from = 0; from < ids.length; from += ID_BYTES) {
    let to = end;
    while (to > 0 && sorted.compare(ids, from, from + ID_BYTES, to - ID_BYTES, to) < 0) to -= ID_BYTES;
    const twin = to > 0 && sorted.compare(ids, from, from + ID_BYTES, to - ID_BYTES, to) === 0;
    if (twin) continue;
    sorted.copyWithin(to + ID_BYTES, to, end);
    ids.copy(sorted, to, from, from + ID_BYTES);
    end += ID_BYTES;
  }
  return sorted.subarray(0, end);
}

/** Those that come after a place in the order, newest first: older than `before`; all, if there is no such place. */
export function olderThan(sorted: EntryIds, before: string | undefined): EntryIds {
  if (before === undefined) return sorted;
  const bound = bytesOf(before);
  let [low, high] = [0, countOf(sorted)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted.compare(bound, 0, ID_BYTES, middle * ID_BYTES, (middle + 1) * ID_BYTES) >= 0) low = middle + 1;
    else high = middle;
  }
  return sorted.subarray(low * ID_BYTES);
}

/** Below every id that was made at that time or later. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
