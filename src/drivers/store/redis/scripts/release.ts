import { defineScript } from './script.ts';

/**
 * Releases a hold: compare-and-delete by its nonce, so that a hold of another request stays.
 *
 * KEYS   idKey  the record of the message's id
 * ARGV   hold   the record of this hold
 * Reply  1, or 0 if another record was found
 */
export const RELEASE = defineScript(`
local idKey = KEYS[1]
local hold = ARGV[1]

if redis.call('GET', idKey) ~= hold then return 0 end
return redis.call('DEL', idKey)
`);
