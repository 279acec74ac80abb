import { script } from "#mesh/redis.ts";
import { COMMON, STANDING } from "./homes-lua.ts";

// Homes are lists, newest first and each id once.

/**
 * ARGV: owner, how many at most (-1: all), milliseconds it lives on, a new value for marks that are not there, news heard, the
 * id that those wanted are older than, or nothing. The reader's standing, news, the ids as one string and once more the last
 * of all.
 */
export const READ = script(`${COMMON}${STANDING}
local state, told = standing(ARGV[2], ARGV[5], ARGV[4]), news(tonumber(ARGV[6]))
local key, before = prefix .. ARGV[2], ARGV[7]
local tail = call('LINDEX', key, -1)
if not tail then return {state, told, ''} end
local from, most = 0, tonumber(ARGV[3])
if #before > 0 then
  local high = call('LLEN', key)
  while from < high do
    local middle = math.floor((from + high) / 2)
    if older(call('LINDEX', key, middle), before) then high = middle else from = middle + 1 end
  end
end
local ids = call('LRANGE', key, from, most < 0 and -1 or from + most - 1)
if call('PTTL', key) < 0.9 * ARGV[4] then call('PEXPIRE', key, ARGV[4]) end -- a read that writes waits for the disk
ids[#ids + 1] = tail
return {state, told, table.concat(ids)}`);

/** ARGV: a new pull mark: whoever remembers what is pulled looks again. */
export const MARK_PULLED = script(`${COMMON}
call('SET', prefix .. 'pulled', ARGV[2])
return 1`);

/** ARGV: owner, mark, milliseconds, '1' to forget what is there. 1: pushes gather before the mark; 0: it is warm. */
export const AWAIT = script(`${COMMON}
local key = prefix .. ARGV[2]
if ARGV[5] == '1' then call('UNLINK', key) end
local tail = call('LINDEX', key, -1)
if tail and not cold(tail) then return 0 end
if tail then call('LSET', key, -1, ARGV[3]) else call('RPUSH', key, ARGV[3]) end
call('PEXPIRE', key, ARGV[4])
return 1`);

const MERGE = `
local function merge(key, have, given, cap, mark)
  local out, h, g = {}, 1, 1
  while #out < cap do
    local a = have[h]
    local b = g <= #given and sub(given, g, g + 15) or nil
    if not a and not b then break end
    if not b or (a and not older(a, b)) then
      out[#out + 1] = a
      h = h + 1
      if a == b then g = g + 16 end
    else
      out[#out + 1] = b
      g = g + 16
    end
  end
  if mark and (cold(mark) or #out < cap) then out[#out + 1] = mark end
  local ttl = call('PTTL', key)
  call('DEL', key)
  for at = 1, #out, 200 do call('RPUSH', key, unpack(out, at, math.min(at + 199, #out))) end
  if ttl > 0 then call('PEXPIRE', key, ttl) end
  return #out
end`;

/** ARGV: owner, the mark that was put, cap, the mark of the end, ids newest first. 0: somebody else's mark is there, or none. */
export const FILL = script(`${COMMON}${MERGE}
local key = prefix .. ARGV[2]
if call('LINDEX', key, -1) ~= ARGV[3] then return 0 end
merge(key, call('LRANGE', key, 0, -2), ARGV[6], tonumber(ARGV[4]), ARGV[5])
if #ARGV[6] > 0 then raise(sub(ARGV[6], 1, 16)) end
return 1`);

/** ARGV: owner, cap, ids newest first. Only a home that is there takes them, and none that is older than all it has. */
export const BACKFILL = script(`${COMMON}${MERGE}
local key = prefix .. ARGV[2]
local have = call('LRANGE', key, 0, -1)
if #have == 0 then return 0 end
local given, tail = ARGV[4], have[#have]
if marks(tail) then table.remove(have)
else
  local fresh = #given
  while fresh > 0 and older(sub(given, fresh - 15, fresh), tail) do fresh = fresh - 16 end
  given, tail = sub(given, 1, fresh), nil
end
if #given == 0 then return 0 end
merge(key, have, given, tonumber(ARGV[3]), tail)
raise(sub(given, 1, 16))
call('PUBLISH', KEYS[1] .. ':wake', ARGV[2])
return 1`);

/**
 * ARGV: cap, length above which a home is cut back to it, bundles as in rules/bundles.ts, oldest entry first. A home that is
 * not there is dormant and stays so. What overtook another is put in its place; what is older than all of a home is not
 * taken: storage has it. The answer counts the homes that took something.
 */
export const DELIVER = script(`${COMMON}
local cap, slack, bundles = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
-- Whether an id belongs before this one, or is this one.
local function reached(one, id, first, second)
  if one == id then return true end
  local a, b = num('>I6I6', one)
  return a < first or (a == first and (b < second or (b == second and older(one, id))))
end
local function put(key, id, first, second)
  local from, step = 1, 4
  while from <= slack do
    local part = call('LRANGE', key, from, from + step - 1)
    for at = 1, #part do
      local one = part[at]
      if reached(one, id, first, second) then
        return one == id and 0 or call('LINSERT', key, 'BEFORE', one, id)
      end
    end
    if #part < step then return 0 end
    from, step = from + step, math.min(step * 2, 32)
  end
  return 0
end
local woken, n, at = {}, 0, 1
while at < #bundles do
  local count, first, second = num('>HI6I6', bundles, at)
  local id = sub(bundles, at + 2, at + 17)
  local last = at + 18 + count * 16
  local newest = raise(id)
  local ahead = newest and older(newest, id)
  for from = at + 18, last - 1, 16 do
    local home = sub(bundles, from, from + 15)
    local key = prefix .. home
    local length = 0
    if ahead then length = call('LPUSHX', key, id)
    else
      local head = call('LINDEX', key, 0)
      if head then
        local a, b = num('>I6I6', head)
        if first > a or (first == a and second > b) then length = call('LPUSH', key, id)
        elseif head ~= id then length = put(key, id, first, second) end
      end
    end
    if length > 0 then
      n = n + 1
      woken[n] = home
      if length > slack then
        local tail = call('LINDEX', key, -1)
        call('LTRIM', key, 0, cap - 1)
        if cold(tail) then call('RPUSH', key, tail) end
      end
    end
  end
  at = last
end
if n > 0 then call('PUBLISH', KEYS[1] .. ':wake', table.concat(woken)) end
return n`);

/** ARGV: owner. Removes the home; it is built anew when it is read. */
export const FORGET = script(`${COMMON}
return call('UNLINK', prefix .. ARGV[2])`);

/** ARGV: owner. Whether the home is there, be it that it is being filled. */
export const KNOWS = script(`${COMMON}
return call('EXISTS', prefix .. ARGV[2])`);

/** KEYS[1] as above; ARGV: an incarnation. It grows only. */
export const INCARNATE = script(`
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
if held < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return redis.call('GET', KEYS[1])`);
