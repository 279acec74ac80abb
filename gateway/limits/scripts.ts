import { script } from "#mesh/redis.ts";

// Both take what RateLimiterRedis sends, units, window in seconds and quota, and answer as it expects: used, milliseconds.

/** A window that begins with the first call in it. */
export const fixedWindow = script(`
local used = redis.call('incrby', KEYS[1], ARGV[1])
local left = redis.call('pttl', KEYS[1])
if left < 0 then
  left = ARGV[2] * 1000
  redis.call('pexpire', KEYS[1], left)
end
return {used, left}
`);

/** A token bucket in one number: the moment at which it will be full again. A refused call takes nothing. */
export const steadyBucket = script(`
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local units, quota, window = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[2]) * 1000
local full = math.max(tonumber(redis.call('get', KEYS[1]) or now), now)
local after = full + units * window / quota
if after - now > window then
  return {quota + 1, math.ceil(after - now - window)}
end
if units > 0 then
  redis.call('set', KEYS[1], string.format('%.3f', after), 'PX', math.max(1, math.ceil(after - now)))
end
return {math.ceil((after - now) * quota / window), math.ceil(after - now)}
`);
