import { defineScript } from './script.ts';

/**
 * Marks an id as on its way, if it has no mark yet.
 *
 * KEYS  the id's mark
 * ARGV  the mark of this hold, how long it lasts in ms
 * Reply nothing where the id is held now; else the mark that was there.
 *
 * Who asks again, because the first reply was lost, finds its own mark and holds the id.
 */
export const HOLD = defineScript(`
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then return found end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
`);
