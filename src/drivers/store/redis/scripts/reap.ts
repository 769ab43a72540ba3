import { BURY_LUA } from './bury.ts';
import { MOST_BYTES, MOST_ENTRIES } from './limits.ts';
import { defineScript } from './script.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Reaps expired leases: puts their entries back at the head of the list and counts an attempt for each. A
 * poison entry, with too many attempts, becomes a dead letter.
 *
 * KEYS   queueKey        the list
 *        leasesKey       the leases
 *        deadLettersKey  the dead letters
 *        sizeKey         the size of the list
 *        attemptsKey     the attempts of suspected poison entries
 * ARGV   batchPrefix     prefix of the batches' lists
 *        maxAttempts     attempts at which an entry becomes a dead letter
 *        reason          the reason of those dead letters
 *        longestLeaseMs  a lease that ends later is cut down to this: the clock was set back since
 * Reply  number of entries returned, number of entries buried, 1 if there may be more expired leases
 *
 * Newer batches go first, so that the oldest entry ends up at the head. A run ends with the batch that reaches
 * half of its bounds.
 */
export const REAP = defineScript(`${SIZE_LUA}${BURY_LUA}
local queueKey = KEYS[1]
local leasesKey = KEYS[2]
local deadLettersKey = KEYS[3]
local sizeKey = KEYS[4]
local attemptsKey = KEYS[5]
local batchPrefix = ARGV[1]
local maxAttempts = tonumber(ARGV[2])
local reason = ARGV[3]
local longestLeaseMs = tonumber(ARGV[4])

local latest = string.format('%.0f', now() + longestLeaseMs)
for _, batch in ipairs(redis.call('ZRANGEBYSCORE', leasesKey, '(' .. latest, '+inf', 'LIMIT', 0, 100)) do
  -- A full Redis refuses this, and is asked all the same.
  redis.pcall('ZADD', leasesKey, latest, batch)
end
local expired = redis.call('ZREVRANGEBYSCORE', leasesKey, now(), '-inf', 'LIMIT', 0, 100)
if #expired == 0 then return { 0, 0, 0 } end
local size = redis.call('EXISTS', sizeKey) == 1 and measure(queueKey, leasesKey, sizeKey, batchPrefix)
local returned, dead, bytes, isMore = 0, {}, 0, 0
for _, batch in ipairs(expired) do
  if bytes >= ${MOST_BYTES / 2} or returned + #dead >= ${MOST_ENTRIES / 2} then isMore = 1 break end
  redis.call('ZREM', leasesKey, batch)
  local batchKey = batchPrefix .. batch
  local entry = redis.call('RPOP', batchKey)
  while entry do
    bytes = bytes + #entry
    local name = redis.sha1hex(entry)
    local attempts = redis.call('HINCRBY', attemptsKey, name, 1)
    if attempts >= maxAttempts then
      redis.call('HDEL', attemptsKey, name)
      table.insert(dead, { entry, attempts })
      if size then shrink(size, 1, #entry) end
    else
      redis.call('RPUSH', queueKey, entry)
      returned = returned + 1
    end
    entry = redis.call('RPOP', batchKey)
  end
end
for i = #dead, 1, -1 do bury(deadLettersKey, dead[i][1], reason, dead[i][2]) end
redis.call('EXPIRE', attemptsKey, 86400)
if size then keepSize(sizeKey, size) end
return { returned, #dead, isMore }
`);
