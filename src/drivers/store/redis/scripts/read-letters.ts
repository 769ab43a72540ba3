import { MOST_BYTES } from './limits.ts';
import { defineScript } from './script.ts';

/**
 * Reads dead letters, as many as one run may. Writes nothing.
 *
 * KEYS   deadLettersKey  the dead letters
 * ARGV   first, last     the range of ids
 *        maxCount        most letters
 * Reply  the letters, oldest first: one at least, if there is any
 */
export const READ_LETTERS = defineScript(`
local deadLettersKey = KEYS[1]
local first, last = ARGV[1], ARGV[2]
local maxCount = tonumber(ARGV[3])

local letters, bytes = {}, 0
while #letters < maxCount do
  local letter = redis.call('ZRANGEBYSCORE', deadLettersKey, first, last, 'LIMIT', #letters, 1)[1]
  if not letter then break end
  bytes = bytes + #letter
  if #letters > 0 and bytes > ${MOST_BYTES} then break end
  letters[#letters + 1] = letter
end
return letters
`);
