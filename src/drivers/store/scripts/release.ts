import { defineScript } from './script.ts';

/**
 * Takes the mark of a hold away.
 *
 * KEYS  the id's mark
 * ARGV  the mark of this hold
 * Reply 1, or 0 where another mark is there: then nothing was done.
 */
export const RELEASE = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
