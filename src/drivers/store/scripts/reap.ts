import { defineScript } from './script.ts';

/**
 * Puts the entries of expired leases back at the head of the list.
 *
 * KEYS  queue, leases
 * ARGV  the prefix of the batches' lists
 * Reply how many entries came back.
 *
 * The younger batches go first, so that the oldest entry ends up at the head.
 */
export const REAP = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count = 0
for _, batch in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[2], now, '-inf', 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[2], batch)
  local entry = redis.call('RPOP', ARGV[1] .. batch)
  while entry do
    redis.call('RPUSH', KEYS[1], entry)
    count = count + 1
    entry = redis.call('RPOP', ARGV[1] .. batch)
  end
end
return count
`);
