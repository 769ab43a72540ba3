import { defineScript } from './script.ts';

/**
 * Saves the receipt of a parked message, unless a final one is there: the worker may have published the
 * message before this command arrived.
 *
 * KEYS   idKey    the record of the message's id
 * ARGV   receipt  as JSON
 *        ttlMs    its time to live, in ms
 * Reply  1, or 0 if a final receipt was found
 */
export const SAVE_QUEUED = defineScript(`
local idKey = KEYS[1]
local receipt = ARGV[1]
local ttlMs = ARGV[2]

local found = redis.call('GET', idKey)
if found and found:sub(1, 1) == '{' and cjson.decode(found).status ~= 'queued' then return 0 end
redis.call('SET', idKey, receipt, 'PX', ttlMs)
return 1
`);
