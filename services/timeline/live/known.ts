import { ID_BYTES, idAt } from "../rules/entry-ids.ts";

/** An item that a live client has. */
export interface Known {
  readonly itemId: string;
  readonly postId: string;
  /** Changes whenever the item has to be sent anew. */
  readonly stamp: number;
}

/** So many of a client's newest items are followed: those are sent anew when they change and taken away when they go. */
export const FOLLOWED = 60;

const SHARE = 1;
const HEAD_BYTES = 9;
const MARK_BYTES = 5;
const MOST_BYTES = MARK_BYTES + 2 * ID_BYTES;

/** What a resume token holds: when it was given out, and what its client has. */
export interface Resumption {
  readonly givenMs: number;
  /** Newest first. */
  readonly known: readonly Known[];
  /** The client has all there is: whatever turns up is new to it, however old. */
  readonly whole: boolean;
}

/** Packs it. A post's item has the post's id, so only shares need two. */
export function packResumption({ givenMs, known, whole }: Resumption): Buffer {
  const packed = Buffer.allocUnsafe(HEAD_BYTES + FOLLOWED * MOST_BYTES);
  packed.writeBigUInt64BE(BigInt(givenMs));
  packed.writeUInt8(whole ? 1 : 0, 8);
  let end = HEAD_BYTES;
  const id = (text: string) => {
    end += packed.write(text.replaceAll("-", ""), end, "hex");
  };
  for (const { itemId, postId, stamp } of known.slice(0, FOLLOWED)) {
    const share = itemId !== postId;
    packed.writeUInt8(share ? SHARE : 0, end);
    packed.writeUInt32BE(stamp, end + 1);
    end += MARK_BYTES;
    id(itemId);
    if (share) id(postId);
  }
  return packed.subarray(0, end);
}

/** Reads it back; undefined if it is none. */
export function unpackResumption(given: Uint8Array): Resumption | undefined {
  const bytes = Buffer.from(given);
  if (bytes.length < HEAD_BYTES) return undefined;
  const known: Known[] = [];
  for (let at = HEAD_BYTES; at < bytes.length; ) {
    const share = bytes[at] === SHARE;
    const end = at + MARK_BYTES + (share ? 2 : 1) * ID_BYTES;
    if (end > bytes.length) return undefined;
    const ids = bytes.subarray(at + MARK_BYTES, end);
    known.push({ itemId: idAt(ids, 0), postId: idAt(ids, share ? 1 : 0), stamp: bytes.readUInt32BE(at + 1) });
    at = end;
  }
  return { givenMs: Number(bytes.readBigUInt64BE()), known, whole: bytes[8] === 1 };
}
