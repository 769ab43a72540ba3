import { defineScript } from './script.ts';

/**
 * Renews a lease, unless it has been reaped or settled.
 *
 * KEYS   leasesKey  the leases
 * ARGV   batch      name of the batch
 *        leaseMs    the lease, in ms from now
 * Reply  1, or 0 if there is no such lease any more
 */
export const RENEW = defineScript(`
local leasesKey = KEYS[1]
local batch = ARGV[1]
local leaseMs = ARGV[2]

if not redis.call('ZSCORE', leasesKey, batch) then return 0 end
local time = redis.call('TIME')
redis.call('ZADD', leasesKey, time[1] * 1000 + math.floor(time[2] / 1000) + leaseMs, batch)
return 1
`);
