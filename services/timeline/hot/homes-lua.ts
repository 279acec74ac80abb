/**
 * What every script on homes begins with. KEYS[1] holds the incarnation of the bucket's homes, ARGV[1] the one that the
 * caller knows: where they differ, the answer is nil and nothing is done. All other keys are made here out of KEYS[1]: with
 * the same tag they lie in the same slot, and a follower costs sixteen bytes instead of a key.
 * Ids are compared as numbers: Lua compares strings by the server's locale.
 */
export const COMMON = `
local call, sub, num = redis.call, string.sub, struct.unpack
if call('GET', KEYS[1]) ~= ARGV[1] then return false end
local prefix = KEYS[1] .. ':' .. ARGV[1] .. ':'
local function older(a, b)
  local a1, a2, a3 = num('>I6I6I4', a)
  local b1, b2, b3 = num('>I6I6I4', b)
  if a1 ~= b1 then return a1 < b1 end
  if a2 ~= b2 then return a2 < b2 end
  return a3 < b3
end
-- At least as new as the head of every home of the bucket; unknown after an eviction, and then out of reach for a while.
local NEWEST = prefix .. 'newest'
local function raise(id)
  local newest = call('GET', NEWEST)
  if newest and not older(newest, id) then return newest end
  local to = id
  if not newest then
    local later = struct.pack('>I6', call('TIME')[1] * 1000 + 10000) .. sub(id, 7)
    if older(to, later) then to = later end
  end
  call('SET', NEWEST, to)
  return newest
end
local function marks(id) return id and num('>I6', id) == 0 end
local function cold(id) return marks(id) and string.byte(id, 7) == 2 end`;

/**
 * What a process may go on believing of what it remembers. The standing of a reader: its pull mark and, while nothing
 * about it is being changed, its epoch. The news: how many there ever were, and of accounts those since heard, each one
 * byte (1: changing, 2: changed) and an id. The count begins at the time of day, so that one begun anew is no former one.
 */
export const STANDING = `
local function value(name, fresh, idle)
  local held = call('GET', prefix .. name)
  if held then return held end
  if idle then call('SET', prefix .. name, fresh, 'PX', idle) else call('SET', prefix .. name, fresh) end
  return fresh
end
local function told()
  local now = call('TIME')
  return tonumber(value('told', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))))
end
local function standing(owner, fresh, idle)
  local mark = value('pulled', fresh)
  if call('EXISTS', prefix .. 'unsettled', prefix .. 'unsettled:' .. owner) > 0 then return mark end
  return mark .. value('epoch', fresh) .. value('epoch:' .. owner, fresh, idle)
end
local function news(heard)
  local count = told()
  local missed = count - heard
  if missed <= 0 or missed > 128 then return struct.pack('>I6', count) end
  return struct.pack('>I6', count) .. table.concat(call('LRANGE', prefix .. 'news', -missed, -1))
end`;
