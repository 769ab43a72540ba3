import { defineScript } from './script.ts';

/**
 * Counts entries.
 *
 * KEYS  queue, leases, dead letters
 * ARGV  the prefix of the batches' lists
 * Reply waiting, claimed, dead.
 */
export const BACKLOG = defineScript(`
local claimed = 0
for _, batch in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  claimed = claimed + redis.call('LLEN', ARGV[1] .. batch)
end
return { redis.call('LLEN', KEYS[1]), claimed, redis.call('ZCARD', KEYS[3]) }
`);
