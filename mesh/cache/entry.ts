import { partitionOf } from "../partition.ts";
import { script } from "../redis.ts";

/** The bucket tag of an id. Keys with one tag lie on one node, so that one script or MGET may touch them together. */
export const tagOf = (id: string): string => `{b${String(partitionOf(id)).padStart(2, "0")}}`;

const TAG = /^\{b\d\d\}/;

/** The key in Redis: tagged by what follows the last colon, so that all keys of an id lie together, unless it brings its own tag. */
export function physicalKey(service: string, key: string): string {
  const own = TAG.exec(key)?.[0];
  return own
    ? `${own}${service}:${key.slice(own.length)}`
    : `${tagOf(key.slice(key.lastIndexOf(":") + 1))}${service}:${key}`;
}

/** Keys that one command may touch: all of them, or in a cluster those of one bucket. */
export function groups<T extends { readonly key: string }>(items: readonly T[], clustered: boolean): T[][] {
  return clustered ? [...Map.groupBy(items, ({ key }) => TAG.exec(key)?.[0]).values()] : [[...items]];
}

/** What Redis remembers of a key: its message, that there is none, or that older versions must not come back. */
export const Kind = { VALUE: 1, ABSENT: 2, FORGOTTEN: 3 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

/** Higher than any version: nothing may follow it until it expires. */
export const NOTHING_NEWER = 2n ** 64n - 1n;

const HEAD_BYTES = 9;

/** One byte of kind, eight of version, then the message. */
export function packEntry(kind: Kind, version: bigint, message: Uint8Array = new Uint8Array()): Buffer {
  const entry = Buffer.alloc(HEAD_BYTES + message.length);
  entry[0] = kind;
  entry.writeBigUInt64BE(version, 1);
  entry.set(message, HEAD_BYTES);
  return entry;
}

/** The bytes of a remembered message, `null` if it is remembered that there is none, undefined if nothing is known. */
export function unpackEntry(entry: Buffer | null | undefined): Uint8Array | null | undefined {
  if (!entry || entry.length < HEAD_BYTES) return undefined;
  if (entry[0] === Kind.VALUE) return entry.subarray(HEAD_BYTES);
  return entry[0] === Kind.ABSENT ? null : undefined;
}

/**
 * Writes each entry unless a higher version is there: KEYS are keys, ARGV pairs of entry and milliseconds to live.
 * Versions are compared as two numbers: Lua's numbers are exact to 2^53 only, and its strings compare by locale.
 */
export const writeIfNewer = script(`
  local written = 0
  for i, key in ipairs(KEYS) do
    local entry, ttl = ARGV[2 * i - 1], ARGV[2 * i]
    local head = redis.call('getrange', key, 0, 8)
    local newer = false
    if #head == 9 then
      local _, stored_high, stored_low = struct.unpack('>BI4I4', head)
      local _, high, low = struct.unpack('>BI4I4', entry)
      newer = stored_high > high or (stored_high == high and stored_low > low)
    end
    if not newer then
      redis.call('set', key, entry, 'px', ttl)
      written = written + 1
    end
  end
  return written`);
