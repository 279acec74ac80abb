/**
 * Writes protobuf by hand where an answer is joined from bytes that lie about encoded. Only what present.ts needs; what
 * comes out is checked there against the generated code.
 */
export interface Splice {
  varint(tag: number, value: number): void;
  /** Left out when it is zero, as the generated code does. */
  count(tag: number, value: bigint): void;
  flag(tag: number, value: boolean): void;
  ascii(tag: number, text: string): void;
  bytes(tag: number, bytes: Uint8Array): void;
  /** As it is: whole fields. */
  raw(bytes: Uint8Array): void;
  /** What `write` writes, as a message of its own. It may be of any length. */
  message(tag: number, write: () => void): void;
  /** A copy of what was written; the next writing begins. */
  take(): Buffer;
}

const FIRST_ROOM = 16 * 1024;

/** One for each process is enough: whoever writes does not wait in between. Tags are whole first bytes of a field. */
export function createSplice(): Splice {
  let room = Buffer.allocUnsafeSlow(FIRST_ROOM);
  let end = 0;
  const need = (bytes: number): void => {
    if (end + bytes <= room.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(room.length * 2, end + bytes));
    room.copy(larger, 0, 0, end);
    room = larger;
  };
  const number = (value: number): void => {
    let rest = value;
    while (rest > 127) {
      room[end++] = (rest & 127) | 128;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    room[end++] = rest;
  };
  const splice: Splice = {
    varint(tag, value) {
      need(12);
      room[end++] = tag;
      number(value);
    },
    count(tag, value) {
      if (value !== 0n) splice.varint(tag, Number(value)); // counters stay far below 2^53
    },
    flag(tag, value) {
      if (value) splice.varint(tag, 1);
    },
    ascii(tag, text) {
      need(text.length + 8);
      room[end++] = tag;
      number(text.length);
      end += room.write(text, end, "latin1");
    },
    bytes(tag, bytes) {
      need(bytes.length + 8);
      room[end++] = tag;
      number(bytes.length);
      room.set(bytes, end);
      end += bytes.length;
    },
    raw(bytes) {
      need(bytes.length);
      room.set(bytes, end);
      end += bytes.length;
    },
    message(tag, write) {
      need(8);
      room[end++] = tag;
      const from = end + 2; // most are of 128 bytes to 16 KiB: their length takes two
      end = from;
      write();
      const length = end - from;
      const width = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
      need(2);
      if (width !== 2) room.copyWithin(from - 2 + width, from, end);
      end = from - 2;
      number(length);
      end += length;
    },
    take() {
      const taken = Buffer.allocUnsafe(end);
      room.copy(taken, 0, 0, end);
      end = 0;
      return taken;
    },
  };
  return splice;
}
