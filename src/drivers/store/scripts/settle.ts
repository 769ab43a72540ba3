import { defineScript } from './script.ts';
import { SIZE_LUA } from './size.ts';

/**
 * Ends a claim: forgets what was published, and puts the rest where it belongs.
 *
 * KEYS  queue, the batch's list, leases, dead letters, size
 * ARGV  batch, the prefix of the batches' lists, one letter for each entry in order (d done, r return,
 *       f defer, x dead), then a reason for each x, in order
 * Reply 1, or 0 where the lease was lost or settled before: then nothing was done.
 *
 * What returns goes back from the last to the first, so that the oldest is at the head again.
 */
export const SETTLE = defineScript(`${SIZE_LUA}
local letters = ARGV[3]
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 0 end
if redis.call('LLEN', KEYS[2]) ~= #letters then
  return redis.error_reply('ERR One verdict for each claimed entry is needed')
end
local is_sized = redis.call('EXISTS', KEYS[5]) == 1
local count, bytes = 0, 0
if is_sized then count, bytes = measure(KEYS[1], KEYS[3], KEYS[5], ARGV[2]) end
redis.call('ZREM', KEYS[3], ARGV[1])
local deferred = {}
local reason = #ARGV
for i = #letters, 1, -1 do
  local letter = letters:sub(i, i)
  local entry = redis.call('RPOP', KEYS[2])
  if letter == 'd' or letter == 'x' then count, bytes = count - 1, bytes - #entry end
  if letter == 'r' then redis.call('RPUSH', KEYS[1], entry)
  elseif letter == 'f' then table.insert(deferred, 1, entry)
  elseif letter == 'x' then
    redis.call('LPUSH', KEYS[4], cjson.encode({ reason = ARGV[reason], entry = entry }))
    reason = reason - 1
  end
end
for _, entry in ipairs(deferred) do redis.call('LPUSH', KEYS[1], entry) end
if is_sized then keep_size(KEYS[5], count, bytes) end
return 1
`);
