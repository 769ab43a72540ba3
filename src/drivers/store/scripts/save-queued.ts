import { defineScript } from './script.ts';

/**
 * Keeps the receipt of a parked message, unless it is known already what became of it: the worker
 * may have published it before this command came.
 *
 * KEYS  the id's mark
 * ARGV  the receipt, how long it is kept in ms
 * Reply 1, or 0 where a later receipt is there.
 */
export const SAVE_QUEUED = defineScript(`
local found = redis.call('GET', KEYS[1])
if found and found:sub(1, 1) == '{' and cjson.decode(found).status ~= 'queued' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
