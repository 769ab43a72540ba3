import { defineScript } from './script.ts';
import { BURY_LUA } from './bury.ts';
import { MOST_BYTES, MOST_ENTRIES } from './limits.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Takes dead letters out: requeues their entries at the tail of the list, or discards them. A requeued
 * entry that has the time of its parking gets the current one.
 *
 * KEYS   queueKey        the list
 *        leasesKey       the leases
 *        deadLettersKey  the dead letters
 *        sizeKey         the size of the list
 *        orderCountsKey  the counts of order keys; absent if they are not kept
 * ARGV   batchPrefix     prefix of the batches' lists
 *        requeues        '1' requeues, '0' discards
 *        first, last     for each range: its ids
 *        orderKeys       with orderCountsKey, for each range: the order key of its one letter, or ''
 * Reply  number of letters taken out, number of ranges in which there are no more. The rest is for further runs,
 *        because each is bounded.
 */
export const EXHUME = defineScript(`${SIZE_LUA}${BURY_LUA}${ORDER_LUA}
local queueKey = KEYS[1]
local leasesKey = KEYS[2]
local deadLettersKey = KEYS[3]
local sizeKey = KEYS[4]
local orderCountsKey = KEYS[5]
local batchPrefix = ARGV[1]
local requeues = ARGV[2] == '1'
local ranges = (#ARGV - 2) / (orderCountsKey and 3 or 2)

local size = requeues and redis.call('EXISTS', sizeKey) == 1 and measure(queueKey, leasesKey, sizeKey, batchPrefix)
local parked = '{"parkedAt":' .. string.format('%.0f', now()) .. ','
local count, bytes, n = 0, 0, 1
while n <= ranges and count < ${MOST_ENTRIES} do
  local first, last = ARGV[1 + 2 * n], ARGV[2 + 2 * n]
  local letter = redis.call('ZRANGEBYSCORE', deadLettersKey, first, last, 'LIMIT', 0, 1)[1]
  if letter and count > 0 and bytes + #letter > ${MOST_BYTES} then break end
  if letter then
    redis.call('ZREM', deadLettersKey, letter)
    count, bytes = count + 1, bytes + #letter
    if requeues then
      local entry = cjson.decode(letter).entry:gsub('^{"parkedAt":%d+,', parked)
      redis.call('LPUSH', queueKey, entry)
      if size then grow(size, 1, #entry) end
      if orderCountsKey then countKey(orderCountsKey, ARGV[2 + 2 * ranges + n], 1) end
    end
  end
  -- A range of one id is done with its letter.
  if not letter or first == last then n = n + 1 end
end
if size then keepSize(sizeKey, size) end
return { count, n - 1 }
`);
