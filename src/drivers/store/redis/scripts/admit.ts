import { HELD } from '../../id-record.ts';
import { defineScript } from './script.ts';

/**
 * Rate limit by GCRA (generic cell rate algorithm, ITU-T I.371) and idempotency hold, for several asks in
 * one run. The clock is the server's, so that all processes share one. A limited message takes no hold.
 *
 * KEYS   for each ask in turn:
 *        limitKey    the client's limit, if the ask has one
 *        idKey       the record of the message's id, if the ask has a hold
 * ARGV   for each ask in turn:
 *        kind        'l' (limit), 'h' (hold) or 'b' (both)
 *        intervalUs  with a limit: emission interval, in microseconds
 *        burst       with a limit: messages that may come at once
 *        hold        with a hold: the record of this hold
 *        holdMs      with a hold: its time to live, in ms
 * Reply  for each ask in turn:
 *        how far the client is ahead of an even pace, this message included, in microseconds: negative if
 *        it is limited, 0 without a limit
 *        the record found for the id, or nothing if there was none. A retry after a lost reply finds the
 *        record of its own hold.
 *
 * The value of a limit is GCRA's theoretical arrival time, in microseconds: until then the client's share
 * is in use. A client is never further ahead than its burst, and a hold never longer than `holdMs`, except after
 * the clock was set back: then they are cut down to that. Numbers are formatted with all their digits: Redis would write a round one as 1e+8, which it
 * refuses as a time.
 */
export const ADMIT = defineScript(`
local call, format = redis.call, string.format
local time = call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local key, arg, size = 1, 1, #ARGV
local reply, n = {}, 0
while arg <= size do
  local kind, aheadUs, found = ARGV[arg], 0, false
  arg = arg + 1
  if kind ~= 'h' then
    local limitKey, intervalUs, burst = KEYS[key], tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
    local usedUs, mostUs = math.max(0, tonumber(call('GET', limitKey) or 0) - nowUs), intervalUs * burst
    local keptUs = math.min(usedUs, mostUs)
    aheadUs = keptUs + intervalUs
    if aheadUs > mostUs then aheadUs = -aheadUs else keptUs = aheadUs end
    if keptUs ~= usedUs then
      call('SET', limitKey, format('%.0f', nowUs + keptUs), 'PX', format('%.0f', math.ceil(keptUs / 1000)))
    end
    key, arg = key + 1, arg + 2
  end
  if kind ~= 'l' then
    local idKey, hold, holdMs = KEYS[key], ARGV[arg], ARGV[arg + 1]
    if aheadUs >= 0 and not call('SET', idKey, hold, 'NX', 'PX', holdMs) then
      found = call('GET', idKey)
      local isHeld = found and found:sub(1, ${HELD.length}) == '${HELD}'
      if isHeld and call('PTTL', idKey) > tonumber(holdMs) then call('PEXPIRE', idKey, holdMs) end
    end
    key, arg = key + 1, arg + 2
  end
  reply[n + 1], reply[n + 2] = aheadUs, found
  n = n + 2
end
return reply
`);
