import { defineScript } from './script.ts';

/**
 * Prolongs a lease that nobody has ended.
 *
 * KEYS  leases
 * ARGV  batch, lease in ms from now
 * Reply 1, or 0 where the lease was lost or settled before.
 */
export const RENEW = defineScript(`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
return 1
`);
