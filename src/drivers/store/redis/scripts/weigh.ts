import { defineScript } from './script.ts';

/**
 * Estimates the bytes of the list by systematic sampling: the mean of entries at even distances, times
 * their number.
 *
 * KEYS   queueKey  the list
 * ARGV   samples   number of entries to measure
 * Reply  bytes
 */
export const WEIGH = defineScript(`
local queueKey = KEYS[1]
local samples = tonumber(ARGV[1])

local length = redis.call('LLEN', queueKey)
local count = math.min(length, samples)
if count == 0 then return 0 end
local bytes = 0
for i = 0, count - 1 do
  bytes = bytes + #(redis.call('LINDEX', queueKey, math.floor(i * length / count)))
end
return math.floor(bytes / count * length)
`);
