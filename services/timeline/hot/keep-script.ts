import { script } from "#mesh/redis.ts";
import { bytesOf } from "../rules/entry-ids.ts";
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

/** News that are told apart, each of the places that were written at one time; who has missed more forgets everything. */
const NEWS = 256;

// How many news there ever were. It begins at the time of day, so that one begun anew is no former one.
const COUNTED = `
  local news = KEYS[1] .. ':' .. ARGV[1] .. ':placed'
  local function counted()
    local count = redis.call('get', news)
    if count then return count end
    local now = redis.call('time')
    count = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))
    redis.call('set', news, count)
    return count
  end`;

/**
 * KEYS: the canary. ARGV: incarnation, how many news were heard. How many there are, then the ids that those since are
 * about: nothing, if there are none or not all of them any more. Nil: another incarnation holds.
 */
export const HEAR = script(`
  if redis.call('get', KEYS[1]) ~= ARGV[1] then return false end
  ${COUNTED}
  local count = tonumber(counted())
  local missed, head = count - ARGV[2], struct.pack('>I6', count)
  if missed <= 0 or missed > ${NEWS} then return head end
  local ids = redis.call('lrange', news .. ':ids', -missed, -1)
  if #ids < missed then return head end
  return head .. table.concat(ids)`);

/**
 * KEYS: the canary, then place and card of each. ARGV: incarnation, milliseconds, the ids that this is news of, then card
 * half, counts half, card, share of each. -1: another incarnation holds, nothing is done. Nothing older replaces what is
 * newer; what is equal is written again, for a consumer whose transaction failed may come again with other numbers. A share
 * that is gone stays gone; one that is unknown is not kept.
 */
export const KEEP = script(`
  if redis.call('get', KEYS[1]) ~= ARGV[1] then return -1 end
  ${COUNTED}
  local nothing = '\\${POST}' .. string.rep('\\0', ${POST_BYTES - 1})
  local function put(key, value) redis.call('set', key, value, 'px', ARGV[2]) end
  local function newer(a, b, at) return struct.unpack('>d', a, at) > struct.unpack('>d', b, at) end
  for i = 2, #KEYS, 2 do
    local card, counts, bytes, share = ARGV[2 * i], ARGV[2 * i + 1], ARGV[2 * i + 2], ARGV[2 * i + 3]
    local known = redis.call('get', KEYS[i])
    if share ~= '' then
      if known and string.byte(known, 2) ~= 0 then -- gone
      elseif string.byte(share, 2) == 2 then redis.call('del', KEYS[i])
      else put(KEYS[i], share) end
    else
      if not known or #known ~= ${POST_BYTES} then known = nothing end
      local former, numbers = string.sub(known, 2, ${POST_BYTES - COUNTS_HALF}), string.sub(known, ${POST_BYTES - COUNTS_HALF + 1})
      if card ~= '' and not newer(former, card, 1) then
        former = card
        put(KEYS[i + 1], string.sub(card, 1, 8) .. bytes)
      end
      if counts ~= '' and not newer(numbers, counts, 2) then numbers = counts end
      put(KEYS[i], string.sub(known, 1, 1) .. former .. numbers)
    end
  end
  if #ARGV[3] > 0 then
    counted()
    redis.call('incr', news)
    redis.call('rpush', news .. ':ids', ARGV[3])
    redis.call('ltrim', news .. ':ids', -${NEWS}, -1)
  end
  return 1`);

const NOTHING = Buffer.alloc(0);

/** What the script is told after the incarnation. */
export const keepArgs = (writes: readonly HotWrite[], told: readonly string[]): (number | Buffer)[] => [
  KEPT_MS,
  Buffer.concat(told.map(bytesOf)),
  ...writes.flatMap(({ card, counts, share }) => [
    card?.half ?? NOTHING,
    counts ?? NOTHING,
    card ? Buffer.from(card.bytes.buffer, card.bytes.byteOffset, card.bytes.byteLength) : NOTHING,
    share ?? NOTHING,
  ]),
];
