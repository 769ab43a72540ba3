import { defineScript } from './script.ts';

/**
 * Counts the entries of the list by their state.
 *
 * KEYS   queueKey        the list
 *        leasesKey       the leases
 *        deadLettersKey  the dead letters
 * ARGV   batchPrefix     prefix of the batches' lists
 * Reply  waiting, claimed, dead
 */
export const BACKLOG = defineScript(`
local queueKey = KEYS[1]
local leasesKey = KEYS[2]
local deadLettersKey = KEYS[3]
local batchPrefix = ARGV[1]

local claimed = 0
for _, batch in ipairs(redis.call('ZRANGE', leasesKey, 0, -1)) do
  claimed = claimed + redis.call('LLEN', batchPrefix .. batch)
end
return { redis.call('LLEN', queueKey), claimed, redis.call('ZCARD', deadLettersKey) }
`);
