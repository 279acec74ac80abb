import { script } from "#mesh/redis.ts";
import { COUNTS_HALF, POST, POST_BYTES } from "./layout.ts";

/** Halves of one post to be kept, or a share whole; what is absent stays as it is. */
export interface HotWrite {
  readonly id: string;
  readonly card?: { readonly half: Buffer; readonly bytes: Uint8Array } | undefined;
  readonly counts?: Buffer | undefined;
  readonly share?: Buffer | undefined;
}

/** Longer than most posts are looked at; what is not here is in the database. */
const KEPT_MS = 3 * 86_400_000;

/**
 * KEYS: the canary, then place and card of each. ARGV: incarnation, milliseconds, then card half, counts half, card, share
 * of each. -1: another incarnation holds, nothing is done. Nothing older replaces what is newer; what is equal is written
 * again, for a consumer whose transaction failed may come again with other numbers. A share that is gone stays gone.
 */
export const KEEP = script(`
  if redis.call('get', KEYS[1]) ~= ARGV[1] then return -1 end
  local nothing = '\\${POST}' .. string.rep('\\0', ${POST_BYTES - 1})
  local function put(key, value) redis.call('set', key, value, 'px', ARGV[2]) end
  local function newer(a, b, at) return struct.unpack('>d', a, at) > struct.unpack('>d', b, at) end
  for i = 2, #KEYS, 2 do
    local card, counts, bytes, share = ARGV[2 * i - 1], ARGV[2 * i], ARGV[2 * i + 1], ARGV[2 * i + 2]
    local known = redis.call('get', KEYS[i])
    if share ~= '' then
      if not known or string.byte(known, 2) == 0 then put(KEYS[i], share) end
    else
      if not known or #known ~= ${POST_BYTES} then known = nothing end
      local former, counted = string.sub(known, 2, ${POST_BYTES - COUNTS_HALF}), string.sub(known, ${POST_BYTES - COUNTS_HALF + 1})
      if card ~= '' and not newer(former, card, 1) then
        former = card
        put(KEYS[i + 1], string.sub(card, 1, 8) .. bytes)
      end
      if counts ~= '' and not newer(counted, counts, 2) then counted = counts end
      put(KEYS[i], string.sub(known, 1, 1) .. former .. counted)
    end
  end
  return 1`);

const NOTHING = Buffer.alloc(0);

/** What the script is told after the incarnation. */
export const keepArgs = (writes: readonly HotWrite[]): (number | Buffer)[] => [
  KEPT_MS,
  ...writes.flatMap(({ card, counts, share }) => [
    card?.half ?? NOTHING,
    counts ?? NOTHING,
    card ? Buffer.from(card.bytes.buffer, card.bytes.byteOffset, card.bytes.byteLength) : NOTHING,
    share ?? NOTHING,
  ]),
];
