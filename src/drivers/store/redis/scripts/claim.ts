import { defineScript } from './script.ts';

/**
 * Claims entries: moves them from the head of the list to the batch's own list, under a lease (visibility
 * timeout). Idempotent: a batch that holds entries already, because the first reply was lost, gets the
 * same ones and a new lease.
 *
 * KEYS   queueKey     the list
 *        batchKey     the batch's list
 *        leasesKey    the leases
 *        attemptsKey  the attempts of suspected poison entries
 * ARGV   batch        name of the batch
 *        maxCount     most entries
 *        maxBytes     most bytes; a larger entry is claimed alone
 *        leaseMs      the lease, in ms from now
 *        aloneAfter   attempts after which an entry is claimed alone
 *        exclusive    '1' claims nothing while another batch is out
 * Reply  the entries, oldest first
 *
 * A batch is out until it is settled or reaped, even after its lease has expired: its entries precede those
 * that wait. It pops before it pushes: a full Redis refuses scripts that push first.
 */
export const CLAIM = defineScript(`
local queueKey = KEYS[1]
local batchKey = KEYS[2]
local leasesKey = KEYS[3]
local attemptsKey = KEYS[4]
local batch = ARGV[1]
local maxCount = tonumber(ARGV[2])
local maxBytes = tonumber(ARGV[3])
local leaseMs = ARGV[4]
local aloneAfter = tonumber(ARGV[5])
local exclusive = ARGV[6] == '1'

local entries = redis.call('LRANGE', batchKey, 0, -1)
if #entries == 0 then
  if exclusive and redis.call('EXISTS', leasesKey) == 1 then return entries end
  local bytes, isAlone = 0, false
  local hasAttempts = redis.call('EXISTS', attemptsKey) == 1
  while #entries < maxCount and not isAlone do
    local head = redis.call('LINDEX', queueKey, -1)
    if not head then break end
    bytes = bytes + #head
    if #entries > 0 and bytes > maxBytes then break end
    if hasAttempts then
      isAlone = tonumber(redis.call('HGET', attemptsKey, redis.sha1hex(head)) or 0) >= aloneAfter
      if isAlone and #entries > 0 then break end
    end
    redis.call('RPOP', queueKey)
    redis.call('RPUSH', batchKey, head)
    entries[#entries + 1] = head
  end
end
if #entries > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', leasesKey, now + leaseMs, batch)
end
return entries
`);
