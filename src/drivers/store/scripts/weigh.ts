import { defineScript } from './script.ts';

/**
 * Estimates how large the list is.
 *
 * KEYS  queue
 * ARGV  how many entries to look at
 * Reply bytes: the mean of entries at even distances, times how many there are.
 */
export const WEIGH = defineScript(`
local length = redis.call('LLEN', KEYS[1])
local count = math.min(length, tonumber(ARGV[1]))
if count == 0 then return 0 end
local bytes = 0
for i = 0, count - 1 do
  bytes = bytes + #(redis.call('LINDEX', KEYS[1], math.floor(i * length / count)))
end
return math.floor(bytes / count * length)
`);
