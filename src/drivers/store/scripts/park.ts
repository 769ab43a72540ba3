import { defineScript } from './script.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Puts entries at the tail of the list, where it has room for all of them.
 *
 * KEYS  queue, leases, size, then the counts of order keys, where they are kept
 * ARGV  the prefix of the batches' lists, max entries, max bytes (0: no limit), then the entries, then
 *       as many order keys, where they are counted (empty: it has none)
 * Reply 1, or 0 where the list is full: then nothing was done. Without entries nothing is done, and
 *       the reply says whether one more of the usual size has room.
 */
export const PARK = defineScript(`${SIZE_LUA}${ORDER_LUA}
local max_count, max_bytes, first = tonumber(ARGV[2]), tonumber(ARGV[3]), 4
local last = KEYS[4] and (#ARGV + first - 1) / 2 or #ARGV
local count, bytes = 0, 0
if max_bytes > 0 then
  count, bytes = measure(KEYS[1], KEYS[2], KEYS[3], ARGV[1])
elseif max_count > 0 then
  local waiting, claimed = tally(KEYS[1], KEYS[2], ARGV[1])
  count = waiting + claimed
end
local more, more_bytes = last - first + 1, 0
for i = first, last do more_bytes = more_bytes + #ARGV[i] end
local asks = more == 0
if asks then more, more_bytes = 1, count > 0 and bytes / count or 1 end
if max_count > 0 and count + more > max_count then return 0 end
if max_bytes > 0 and bytes + more_bytes > max_bytes then return 0 end
if asks then return 1 end
for i = first, last, 1000 do
  redis.call('LPUSH', KEYS[1], unpack(ARGV, i, math.min(i + 999, last)))
end
for i = last + 1, #ARGV do count_key(KEYS[4], ARGV[i], 1) end
if max_bytes > 0 then keep_size(KEYS[3], count + more, bytes + more_bytes) end
return 1
`);
