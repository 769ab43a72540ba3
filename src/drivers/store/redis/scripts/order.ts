/**
 * Lua fragment for other scripts: reference counts of the order keys of all entries, claimed ones included.
 * `orderCountsKey` is the hash that holds them.
 *
 * `countKey(orderCountsKey, name, by)` adds to a count, and deletes it at 0. An entry without an order key has
 * the name ''.
 * `resetOrder(orderCountsKey, queueKey, leasesKey)` deletes all counts once the list is empty: an entry that was
 * removed by hand, or died with its worker, was never counted down.
 */
export const ORDER_LUA = `
local function countKey(orderCountsKey, name, by)
  if name ~= '' and redis.call('HINCRBY', orderCountsKey, name, by) <= 0 then redis.call('HDEL', orderCountsKey, name) end
end
local function resetOrder(orderCountsKey, queueKey, leasesKey)
  if redis.call('EXISTS', queueKey, leasesKey) == 0 then redis.call('UNLINK', orderCountsKey) end
end
`;
