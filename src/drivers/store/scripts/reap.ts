import { BURY_LUA } from './bury.ts';
import { defineScript } from './script.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Puts the entries of expired leases back at the head of the list, and counts an attempt of each; who
 * has too many becomes a dead letter.
 *
 * KEYS  queue, leases, dead letters, size, attempts
 * ARGV  the prefix of the batches' lists, max attempts, the reason of what dies
 * Reply how many entries came back, how many died.
 *
 * The younger batches go first, so that the oldest entry ends up at the head.
 */
export const REAP = defineScript(`${SIZE_LUA}${BURY_LUA}
local expired = redis.call('ZREVRANGEBYSCORE', KEYS[2], now(), '-inf', 'LIMIT', 0, 100)
if #expired == 0 then return { 0, 0 } end
local is_sized = redis.call('EXISTS', KEYS[4]) == 1
local size, bytes = 0, 0
if is_sized then size, bytes = measure(KEYS[1], KEYS[2], KEYS[4], ARGV[1]) end
local returned, dead = 0, {}
for _, batch in ipairs(expired) do
  redis.call('ZREM', KEYS[2], batch)
  local entry = redis.call('RPOP', ARGV[1] .. batch)
  while entry do
    local name = redis.sha1hex(entry)
    local attempts = redis.call('HINCRBY', KEYS[5], name, 1)
    if attempts >= tonumber(ARGV[2]) then
      redis.call('HDEL', KEYS[5], name)
      table.insert(dead, { entry, attempts })
      bytes = bytes - #entry
    else
      redis.call('RPUSH', KEYS[1], entry)
      returned = returned + 1
    end
    entry = redis.call('RPOP', ARGV[1] .. batch)
  end
end
for i = #dead, 1, -1 do bury(KEYS[3], dead[i][1], ARGV[3], dead[i][2]) end
redis.call('EXPIRE', KEYS[5], 86400)
if is_sized then keep_size(KEYS[4], size - #dead, bytes) end
return { returned, #dead }
`);
