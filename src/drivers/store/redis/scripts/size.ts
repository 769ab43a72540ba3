import { MOST_BYTES_MEASURED, MOST_ENTRIES_MEASURED } from './limits.ts';

/**
 * Lua fragment for other scripts: the size of the list, claimed entries included.
 *
 * `tally(queueKey, leasesKey, batchPrefix)` answers the number of waiting entries, of claimed ones, and the
 * batches.
 * `measure(queueKey, leasesKey, sizeKey, batchPrefix)` answers the size: its `count`, its `bytes`, and how much
 * of it is measured, as `entries` and `weight`. The hash `sizeKey` keeps the latter two, of the oldest entries.
 * They fall behind when entries are pushed without them, and are void when `entries` is more than there are,
 * after operators removed some by hand. Each run measures a bounded part of the rest, from the old to the new,
 * and estimates what is left by the mean. It writes nothing, so that a full Redis still runs the scripts that
 * make room.
 * `grow(size, count, bytes)` adds entries at the tail, `shrink(size, count, bytes)` removes claimed ones, and
 * `defer(size, bytes)` moves a claimed one to the tail.
 * `keepSize(sizeKey, size)` updates the hash.
 */
export const SIZE_LUA = `
local function tally(queueKey, leasesKey, batchPrefix)
  local claimed = 0
  local batches = redis.call('ZRANGE', leasesKey, 0, -1)
  for _, batch in ipairs(batches) do claimed = claimed + redis.call('LLEN', batchPrefix .. batch) end
  return redis.call('LLEN', queueKey), claimed, batches
end
local function weigh(listKey, last, size)
  local step = 4
  while last >= 0 and size.weight < size.mostWeight and size.entries < size.mostEntries do
    local entries = redis.call('LRANGE', listKey, math.max(0, last - step + 1), last)
    for _, entry in ipairs(entries) do size.weight = size.weight + #entry end
    size.entries, last = size.entries + #entries, last - #entries
    local mean = math.max(1, size.weight / size.entries)
    step = math.min(1000, math.max(1, math.floor((size.mostWeight - size.weight) / mean)))
  end
end
local function measure(queueKey, leasesKey, sizeKey, batchPrefix)
  local waiting, claimed, batches = tally(queueKey, leasesKey, batchPrefix)
  local known = redis.call('HMGET', sizeKey, 'entries', 'bytes')
  local size = { count = waiting + claimed, entries = tonumber(known[1]) or 0, weight = tonumber(known[2]) or 0 }
  if size.entries ~= size.count then
    local isVoid = size.entries > size.count or size.entries < claimed
    if isVoid then size.entries, size.weight = 0, 0 end
    size.mostWeight, size.mostEntries = size.weight + ${MOST_BYTES_MEASURED}, size.entries + ${MOST_ENTRIES_MEASURED}
    if isVoid and claimed > 0 then
      for _, batch in ipairs(batches) do
        weigh(batchPrefix .. batch, redis.call('LLEN', batchPrefix .. batch) - 1, size)
      end
      if size.entries < claimed then size.weight = math.floor(size.weight / size.entries * claimed) end
      size.entries = claimed
      size.mostWeight, size.mostEntries = size.weight + ${MOST_BYTES_MEASURED}, claimed + ${MOST_ENTRIES_MEASURED}
    end
    weigh(queueKey, size.count - size.entries - 1, size)
  end
  size.isWhole = size.entries == size.count
  size.bytes = size.isWhole and size.weight or math.floor(size.weight / size.entries * size.count)
  return size
end
local function grow(size, count, bytes)
  size.count, size.bytes = size.count + count, size.bytes + bytes
  if size.isWhole then size.entries, size.weight = size.count, size.bytes end
end
local function shrink(size, count, bytes)
  size.count, size.bytes = size.count - count, size.bytes - bytes
  size.entries, size.weight = size.entries - count, size.weight - bytes
end
local function defer(size, bytes)
  if not size.isWhole then size.entries, size.weight = size.entries - 1, size.weight - bytes end
end
local function keepSize(sizeKey, size)
  if size.count <= 0 then redis.call('DEL', sizeKey) else
    redis.call('HSET', sizeKey, 'entries', size.entries, 'bytes', math.max(0, size.weight))
  end
end
`;
