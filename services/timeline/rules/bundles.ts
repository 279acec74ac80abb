import { bytesOf, ID_BYTES } from "./entry-ids.ts";

/**
 * Who gets what, packed for one bucket of homes: how many homes (two bytes), the entry's id, the homes' owners, and so on.
 * PostgreSQL makes it and Redis reads it; nothing is unpacked on the way.
 */
export type Bundles = Buffer;

const COUNT_BYTES = 2;
const HEAD_BYTES = COUNT_BYTES + ID_BYTES;

/** One entry for some homes. */
export function bundle(entryId: string, homes: Buffer): Bundles {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(homes.length / ID_BYTES);
  bytesOf(entryId).copy(head, COUNT_BYTES);
  return Buffer.concat([head, homes]);
}

/** How many deliveries there are. */
export function deliveriesIn(bundles: Bundles): number {
  let all = 0;
  for (let at = 0; at < bundles.length; ) {
    const count = bundles.readUInt16BE(at);
    all += count;
    at += HEAD_BYTES + count * ID_BYTES;
  }
  return all;
}

/** The same in pieces of at most so many deliveries, so that no script holds Redis up for long. */
export function cutBundles(bundles: Bundles, most: number): Bundles[] {
  const pieces: Buffer[] = [];
  let piece: Buffer[] = [];
  let room = most;
  const close = () => {
    pieces.push(piece.length === 1 && piece[0] ? piece[0] : Buffer.concat(piece));
    piece = [];
    room = most;
  };
  for (let at = 0; at < bundles.length; ) {
    const count = bundles.readUInt16BE(at);
    const next = at + HEAD_BYTES + count * ID_BYTES;
    if (count <= room) {
      piece.push(bundles.subarray(at, next));
      room -= count;
    } else {
      const entry = bundles.subarray(at + COUNT_BYTES, at + HEAD_BYTES);
      for (let from = 0; from < count; ) {
        if (room === 0) close();
        const part = Math.min(room, count - from);
        const head = Buffer.alloc(COUNT_BYTES);
        head.writeUInt16BE(part);
        const homes = bundles.subarray(at + HEAD_BYTES + from * ID_BYTES, at + HEAD_BYTES + (from + part) * ID_BYTES);
        piece.push(head, entry, homes);
        from += part;
        room -= part;
      }
    }
    if (room === 0) close();
    at = next;
  }
  if (piece.length > 0) close();
  return pieces;
}
