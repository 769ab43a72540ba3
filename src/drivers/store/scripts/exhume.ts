import { defineScript } from './script.ts';
import { BURY_LUA } from './bury.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Takes dead letters out, and puts their entries at the tail of the list where that is asked for. An
 * entry that says when it was parked says then that it is parked now.
 *
 * KEYS  queue, leases, dead letters, size, then the counts of order keys, where they are kept
 * ARGV  the prefix of the batches' lists, 1 to put them into the list or 0, then ranges of ids, each as
 *       first and last, of which 500 are taken at most; then an order key for each range, where they
 *       are counted (empty: it has none). Then a range is one letter
 * Reply how many were taken.
 */
export const EXHUME = defineScript(`${SIZE_LUA}${BURY_LUA}${ORDER_LUA}
local requeues = ARGV[2] == '1'
local is_sized = requeues and redis.call('EXISTS', KEYS[4]) == 1
local size, bytes = 0, 0
if is_sized then size, bytes = measure(KEYS[1], KEYS[2], KEYS[4], ARGV[1]) end
local parked = '{"parkedAt":' .. string.format('%.0f', now()) .. ','
local count = 0
local ranges = (#ARGV - 2) / (KEYS[5] and 3 or 2)
for n = 1, ranges do
  local i = 1 + 2 * n
  local letters = redis.call('ZRANGEBYSCORE', KEYS[3], ARGV[i], ARGV[i + 1], 'LIMIT', 0, 500)
  for _, letter in ipairs(letters) do
    redis.call('ZREM', KEYS[3], letter)
    count = count + 1
    if requeues then
      local entry = cjson.decode(letter).entry:gsub('^{"parkedAt":%d+,', parked)
      redis.call('LPUSH', KEYS[1], entry)
      bytes = bytes + #entry
      if KEYS[5] then count_key(KEYS[5], ARGV[2 + 2 * ranges + n], 1) end
    end
  end
end
if is_sized then keep_size(KEYS[4], size + count, bytes) end
return count
`);
