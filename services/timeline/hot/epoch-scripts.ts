import { script } from "#mesh/redis.ts";
import { COMMON, STANDING } from "./homes-lua.ts";

/** ARGV: owner, a new value for marks that are not there, milliseconds an epoch lives on, news heard. Standing and news. */
export const KNOW = script(`${COMMON}${STANDING}
return {standing(ARGV[2], ARGV[3], ARGV[4]), news(tonumber(ARGV[5]))}`);

const TELL = `
local function tell(state, ids)
  if #ids == 0 then return end
  told()
  for at = 1, #ids, 16 do
    call('RPUSH', prefix .. 'news', state .. sub(ids, at, at + 15))
    call('INCR', prefix .. 'told')
  end
  call('LTRIM', prefix .. 'news', -128, -1)
end
-- More than anybody can have heard of: all is forgotten.
local function tellAll() told() call('INCRBY', prefix .. 'told', 1000) end`;

/** ARGV: owners, accounts, '1' for everybody and everything, milliseconds after which it counts as over in any case. */
export const UNSETTLE = script(`${COMMON}${STANDING}${TELL}
local function hold(name)
  call('INCR', prefix .. 'unsettled' .. name)
  call('PEXPIRE', prefix .. 'unsettled' .. name, ARGV[5])
  call('UNLINK', prefix .. 'epoch' .. name)
end
for at = 1, #ARGV[2], 16 do hold(':' .. sub(ARGV[2], at, at + 15)) end
tell(string.char(1), ARGV[3])
if ARGV[4] == '1' then
  hold('')
  tellAll()
end
return 1`);

/** ARGV: as above, without the last. */
export const SETTLE = script(`${COMMON}${STANDING}${TELL}
local function release(name)
  if call('DECR', prefix .. 'unsettled' .. name) <= 0 then call('UNLINK', prefix .. 'unsettled' .. name) end
  call('UNLINK', prefix .. 'epoch' .. name)
end
for at = 1, #ARGV[2], 16 do release(':' .. sub(ARGV[2], at, at + 15)) end
tell(string.char(2), ARGV[3])
if ARGV[4] == '1' then
  release('')
  tellAll()
end
return 1`);
