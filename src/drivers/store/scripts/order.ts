/**
 * Lua that other scripts begin with, where the key `order` is given: it counts the order keys of what
 * waits or is claimed.
 *
 * `count_key(order, key, by)` counts one up or down, and forgets it at 0; an empty key is none.
 * `mend_order(order, queue, leases)` forgets all once nothing waits or is claimed: what was removed by
 * hand, or died with its worker, was never counted down.
 */
export const ORDER_LUA = `
local function count_key(order, key, by)
  if key ~= '' and redis.call('HINCRBY', order, key, by) <= 0 then redis.call('HDEL', order, key) end
end
local function mend_order(order, queue, leases)
  if redis.call('EXISTS', queue, leases) == 0 then redis.call('UNLINK', order) end
end
`;
