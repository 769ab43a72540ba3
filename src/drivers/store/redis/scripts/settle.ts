import { BURY_LUA } from './bury.ts';
import { defineScript } from './script.ts';
import { ORDER_LUA } from './order.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Settles a claim: removes each entry of a batch, returns it, defers it or buries it, and ends the lease.
 *
 * KEYS   queueKey        the list
 *        batchKey        the batch's list
 *        leasesKey       the leases
 *        deadLettersKey  the dead letters
 *        sizeKey         the size of the list
 *        attemptsKey     the attempts of suspected poison entries
 *        orderCountsKey  the counts of order keys; absent if they are not kept
 * ARGV   batch           name of the batch
 *        batchPrefix     prefix of the batches' lists
 *        verdicts        a letter for each entry, in order: d done, r return, f defer, x dead
 *        reasons         for each x, in order
 *        orderKeys       with orderCountsKey, for each entry: the order key to count down, or ''
 * Reply  1, or 0 if there is no such lease any more: then nothing is done
 *
 * Entries return from the last to the first, so that the oldest is at the head again.
 */
export const SETTLE = defineScript(`${SIZE_LUA}${BURY_LUA}${ORDER_LUA}
local queueKey = KEYS[1]
local batchKey = KEYS[2]
local leasesKey = KEYS[3]
local deadLettersKey = KEYS[4]
local sizeKey = KEYS[5]
local attemptsKey = KEYS[6]
local orderCountsKey = KEYS[7]
local batch = ARGV[1]
local batchPrefix = ARGV[2]
local verdicts = ARGV[3]
local lastReason = #ARGV - (orderCountsKey and #verdicts or 0)

if not redis.call('ZSCORE', leasesKey, batch) then return 0 end
if redis.call('LLEN', batchKey) ~= #verdicts then
  return redis.error_reply('ERR One verdict for each claimed entry is needed')
end
local hasAttempts = redis.call('EXISTS', attemptsKey) == 1
local size = redis.call('EXISTS', sizeKey) == 1 and measure(queueKey, leasesKey, sizeKey, batchPrefix)
redis.call('ZREM', leasesKey, batch)
local deferred, dead = {}, {}
local reason = lastReason
for i = #verdicts, 1, -1 do
  local verdict = verdicts:sub(i, i)
  local entry = redis.call('RPOP', batchKey)
  local attempts = 1
  if hasAttempts and verdict ~= 'r' then
    local name = redis.sha1hex(entry)
    attempts = 1 + (redis.call('HGET', attemptsKey, name) or 0)
    redis.call('HDEL', attemptsKey, name)
  end
  if size and (verdict == 'd' or verdict == 'x') then shrink(size, 1, #entry) end
  if size and verdict == 'f' then defer(size, #entry) end
  if verdict == 'r' then redis.call('RPUSH', queueKey, entry)
  elseif verdict == 'f' then table.insert(deferred, 1, entry)
  elseif verdict == 'x' then
    table.insert(dead, 1, { entry, ARGV[reason], attempts })
    reason = reason - 1
  end
end
for _, entry in ipairs(deferred) do redis.call('LPUSH', queueKey, entry) end
for _, letter in ipairs(dead) do bury(deadLettersKey, letter[1], letter[2], letter[3]) end
if size then keepSize(sizeKey, size) end
for i = lastReason + 1, #ARGV do countKey(orderCountsKey, ARGV[i], -1) end
if orderCountsKey then resetOrder(orderCountsKey, queueKey, leasesKey) end
return 1
`);
