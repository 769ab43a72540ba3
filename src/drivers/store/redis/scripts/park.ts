import { defineScript } from './script.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Parks entries at the tail of a bounded list, all or nothing.
 *
 * KEYS   queueKey        the list
 *        leasesKey       the leases
 *        sizeKey         the size of the list
 *        orderCountsKey  the counts of order keys; absent if they are not kept
 * ARGV   batchPrefix     prefix of the batches' lists
 *        maxCount        most entries in the list; 0: no limit
 *        maxBytes        most bytes in the list; 0: no limit
 *        entries         oldest first
 *        orderKeys       with orderCountsKey, for each entry: its order key, or ''
 * Reply  1, or 0 if the list is full. Without entries it only says whether one of mean size has room.
 *
 * The size may be an estimate for some runs, after entries were pushed or removed without it.
 */
export const PARK = defineScript(`${SIZE_LUA}${ORDER_LUA}
local queueKey = KEYS[1]
local leasesKey = KEYS[2]
local sizeKey = KEYS[3]
local orderCountsKey = KEYS[4]
local batchPrefix = ARGV[1]
local maxCount = tonumber(ARGV[2])
local maxBytes = tonumber(ARGV[3])
local first = 4
local last = orderCountsKey and (#ARGV + first - 1) / 2 or #ARGV

local size = { count = 0, bytes = 0 }
if maxBytes > 0 then
  size = measure(queueKey, leasesKey, sizeKey, batchPrefix)
elseif maxCount > 0 then
  local waiting, claimed = tally(queueKey, leasesKey, batchPrefix)
  size.count = waiting + claimed
end
local more, moreBytes = last - first + 1, 0
for i = first, last do moreBytes = moreBytes + #ARGV[i] end
local onlyAsks = more == 0
if onlyAsks then more, moreBytes = 1, size.count > 0 and size.bytes / size.count or 1 end
local isFull = maxCount > 0 and size.count + more > maxCount or maxBytes > 0 and size.bytes + moreBytes > maxBytes
if isFull or onlyAsks then
  -- The next run measures on from here. A full Redis refuses this, and is asked all the same.
  if size.mostWeight then redis.pcall('HSET', sizeKey, 'entries', size.entries, 'bytes', size.weight) end
  return isFull and 0 or 1
end
for i = first, last, 1000 do
  redis.call('LPUSH', queueKey, unpack(ARGV, i, math.min(i + 999, last)))
end
for i = last + 1, #ARGV do countKey(orderCountsKey, ARGV[i], 1) end
if maxBytes > 0 then
  grow(size, more, moreBytes)
  keepSize(sizeKey, size)
end
return 1
`);
