import { defineScript } from './script.ts';

/**
 * Answers several asks at once: lets a message in, or not, by the generic cell rate algorithm on the
 * server's clock, and marks its id as on its way, if it has no mark yet. Who is limited marks nothing.
 *
 * KEYS  for each ask: the client's limit, where it asks for it; the id's mark, where it asks for it
 * ARGV  for each ask: 'l' (limit), 'h' (hold) or 'b' (both); then for the limit: microseconds from one
 *       message to the next at an even pace, messages that may come at once; then for the hold: the
 *       mark of this hold, how long it lasts in ms
 * Reply for each ask: microseconds that the client is ahead of an even pace, this message included,
 *       as a negative number where it is limited (0: not asked); and the mark that was found, or
 *       nothing where there was none. Who asks again, because a reply was lost, finds its own mark.
 *
 * A limit's value is the microsecond until which the client has used its share up; without one, or
 * with one that has passed, the whole share is there. Numbers are written with all their digits: left
 * to itself, Redis writes a round one as 1e+8, and refuses it as a time.
 */
export const ADMIT = defineScript(`
local call, digits = redis.call, string.format
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local key, arg, size = 1, 1, #ARGV
local reply, n = {}, 0
while arg <= size do
  local kind, ahead, found = ARGV[arg], 0, false
  arg = arg + 1
  if kind ~= 'h' then
    local interval, most = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
    ahead = math.max(0, tonumber(call('GET', KEYS[key]) or 0) - now) + interval
    if ahead > interval * most then
      ahead = -ahead
    else
      local until_us, ms = digits('%.0f', now + ahead), digits('%.0f', math.ceil(ahead / 1000))
      call('SET', KEYS[key], until_us, 'PX', ms)
    end
    key, arg = key + 1, arg + 2
  end
  if kind ~= 'l' then
    if ahead >= 0 and not call('SET', KEYS[key], ARGV[arg], 'NX', 'PX', ARGV[arg + 1]) then
      found = call('GET', KEYS[key])
    end
    key, arg = key + 1, arg + 2
  end
  reply[n + 1], reply[n + 2] = ahead, found
  n = n + 2
end
return reply
`);
