/**
 * Lua that other scripts begin with: `now()` is the server's time in ms, and
 * `bury(dead letters, entry, reason, attempts)` makes a dead letter of an entry. Its id is its score: the
 * microsecond at which it came, or the next that is free.
 */
export const BURY_LUA = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function bury(letters, entry, reason, attempts)
  local at = now()
  local score = at * 1000
  local newest = redis.call('ZREVRANGE', letters, 0, 0, 'WITHSCORES')
  if newest[2] and tonumber(newest[2]) >= score then score = newest[2] + 1 end
  local id = string.format('%.0f', score)
  local letter = { id = id, entry = entry, reason = reason, attempts = attempts, at = at }
  redis.call('ZADD', letters, id, cjson.encode(letter))
end
`;
