import { BURY_LUA } from './bury.ts';
import { defineScript } from './script.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Ends a claim: forgets what was published, and puts the rest where it belongs.
 *
 * KEYS  queue, the batch's list, leases, dead letters, size, attempts, then the counts of order keys,
 *       where they are kept
 * ARGV  batch, the prefix of the batches' lists, one letter for each entry in order (d done, r return,
 *       f defer, x dead), then a reason for each x, in order, then an order key for each entry, where
 *       they are counted (empty: it has none, or stays in the list)
 * Reply 1, or 0 where the lease was lost or settled before: then nothing was done.
 *
 * What returns goes back from the last to the first, so that the oldest is at the head again.
 */
export const SETTLE = defineScript(`${SIZE_LUA}${BURY_LUA}${ORDER_LUA}
local letters = ARGV[3]
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 0 end
if redis.call('LLEN', KEYS[2]) ~= #letters then
  return redis.error_reply('ERR One verdict for each claimed entry is needed')
end
local has_attempts = redis.call('EXISTS', KEYS[6]) == 1
local is_sized = redis.call('EXISTS', KEYS[5]) == 1
local count, bytes = 0, 0
if is_sized then count, bytes = measure(KEYS[1], KEYS[3], KEYS[5], ARGV[2]) end
redis.call('ZREM', KEYS[3], ARGV[1])
local deferred, dead = {}, {}
local order_keys = KEYS[7] and #letters or 0
local reason = #ARGV - order_keys
for i = #letters, 1, -1 do
  local letter = letters:sub(i, i)
  local entry = redis.call('RPOP', KEYS[2])
  local attempts = 1
  if has_attempts and letter ~= 'r' then
    local name = redis.sha1hex(entry)
    attempts = 1 + (redis.call('HGET', KEYS[6], name) or 0)
    redis.call('HDEL', KEYS[6], name)
  end
  if letter == 'd' or letter == 'x' then count, bytes = count - 1, bytes - #entry end
  if letter == 'r' then redis.call('RPUSH', KEYS[1], entry)
  elseif letter == 'f' then table.insert(deferred, 1, entry)
  elseif letter == 'x' then
    table.insert(dead, 1, { entry, ARGV[reason], attempts })
    reason = reason - 1
  end
end
for _, entry in ipairs(deferred) do redis.call('LPUSH', KEYS[1], entry) end
for _, letter in ipairs(dead) do bury(KEYS[4], letter[1], letter[2], letter[3]) end
if is_sized then keep_size(KEYS[5], count, bytes) end
for i = #ARGV - order_keys + 1, #ARGV do count_key(KEYS[7], ARGV[i], -1) end
if KEYS[7] then mend_order(KEYS[7], KEYS[1], KEYS[3]) end
return 1
`);
