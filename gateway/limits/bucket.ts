import { script } from "#mesh/redis.ts";

/**
 * A token bucket in one number: the moment at which it will be full again. Takes the arguments and gives the answer that
 * RateLimiterRedis expects: units, window in seconds, quota; {used, milliseconds}. A refused call takes nothing.
 */
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
