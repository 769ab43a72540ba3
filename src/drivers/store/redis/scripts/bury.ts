/**
 * Lua fragment for other scripts: the server's clock and the dead letter queue.
 *
 * `now()` answers the server's time, in ms.
 * `bury(deadLettersKey, entry, reason, attempts)` adds an entry to the dead letters. Its id is its score:
 * the microsecond of its arrival, or the next one that is free.
 */
export const BURY_LUA = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function bury(deadLettersKey, entry, reason, attempts)
  local at = now()
  local score = at * 1000
  local newest = redis.call('ZREVRANGE', deadLettersKey, 0, 0, 'WITHSCORES')
  if newest[2] and tonumber(newest[2]) >= score then score = newest[2] + 1 end
  local id = string.format('%.0f', score)
  local letter = { id = id, entry = entry, reason = reason, attempts = attempts, at = at }
  redis.call('ZADD', deadLettersKey, id, cjson.encode(letter))
end
`;
