import { defineScript } from './script.ts';

/**
 * Moves entries from the head of the list to the batch's own list, under a lease.
 *
 * KEYS  queue, the batch's list, leases, attempts
 * ARGV  batch, max entries, max bytes, lease in ms, attempts after which an entry is claimed alone,
 *       then 1 if nothing is to be claimed while another batch is out
 * Reply the entries, oldest first. A batch that holds entries already, because the first reply was
 *       lost, gets the same ones and a new lease.
 *
 * A batch is out until it is settled or reaped, though its lease has ended: what it holds stands
 * before what waits.
 *
 * It pops before it pushes: a full Redis refuses scripts that push first.
 */
export const CLAIM = defineScript(`
local entries = redis.call('LRANGE', KEYS[2], 0, -1)
if #entries == 0 then
  if ARGV[6] == '1' and redis.call('EXISTS', KEYS[3]) == 1 then return entries end
  local bytes, alone = 0, false
  local has_attempts = redis.call('EXISTS', KEYS[4]) == 1
  while #entries < tonumber(ARGV[2]) and not alone do
    local head = redis.call('LINDEX', KEYS[1], -1)
    if not head then break end
    bytes = bytes + #head
    if #entries > 0 and bytes > tonumber(ARGV[3]) then break end
    if has_attempts then
      alone = tonumber(redis.call('HGET', KEYS[4], redis.sha1hex(head)) or 0) >= tonumber(ARGV[5])
      if alone and #entries > 0 then break end
    end
    redis.call('RPOP', KEYS[1])
    redis.call('RPUSH', KEYS[2], head)
    entries[#entries + 1] = head
  end
end
if #entries > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[3], now + ARGV[4], ARGV[1])
end
return entries
`);
