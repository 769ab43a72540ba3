/**
 * Lua that other scripts begin with: how much the list holds, claimed entries included.
 *
 * `tally(queue, leases, prefix)` answers how many wait, how many are claimed, and the batches.
 * `measure(queue, leases, size, prefix)` answers the count and the bytes of all. The bytes are kept
 * in the hash `size`, with the count that they belong to. Where operators pushed or removed by hand
 * that count is wrong, and the bytes are mended: what LPUSH added is measured, else all is.
 * It writes nothing, so that a full Redis still runs the scripts that make room.
 */
export const SIZE_LUA = `
local function tally(queue, leases, prefix)
  local claimed = 0
  local batches = redis.call('ZRANGE', leases, 0, -1)
  for _, batch in ipairs(batches) do claimed = claimed + redis.call('LLEN', prefix .. batch) end
  return redis.call('LLEN', queue), claimed, batches
end
local function bytes_of(key, count)
  local bytes = 0
  for from = 0, count - 1, 1000 do
    local last = math.min(from + 999, count - 1)
    for _, entry in ipairs(redis.call('LRANGE', key, from, last)) do bytes = bytes + #entry end
  end
  return bytes
end
local function measure(queue, leases, size, prefix)
  local waiting, claimed, batches = tally(queue, leases, prefix)
  local count = waiting + claimed
  local known = redis.call('HMGET', size, 'entries', 'bytes')
  local missing = count - (tonumber(known[1]) or 0)
  if missing == 0 then return count, tonumber(known[2]) or 0 end
  if known[1] and missing > 0 and missing <= waiting then
    return count, known[2] + bytes_of(queue, missing)
  end
  local bytes = bytes_of(queue, waiting)
  for _, batch in ipairs(batches) do
    bytes = bytes + bytes_of(prefix .. batch, redis.call('LLEN', prefix .. batch))
  end
  return count, bytes
end
local function keep_size(size, count, bytes)
  if count <= 0 then redis.call('DEL', size) else
    redis.call('HSET', size, 'entries', count, 'bytes', bytes)
  end
end
`;
