import { defineScript } from './script.ts';

/**
 * Lets one message in, or not, by the generic cell rate algorithm, on the server's clock.
 *
 * KEYS  the client's limit
 * ARGV  microseconds from one message to the next at an even pace, messages that may come at once
 * Reply 1 or 0 (let in or not), microseconds that the client is, or would be, ahead of an even pace.
 *
 * The value is the microsecond until which the client has used its share up; without one, or with
 * one that has passed, the whole share is there. It is written with all its digits: Lua's own way
 * rounds a number of this size.
 */
export const LIMIT = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local ahead = math.max(0, tonumber(redis.call('GET', KEYS[1]) or 0) - now) + interval
if ahead > interval * tonumber(ARGV[2]) then return { 0, ahead } end
redis.call('SET', KEYS[1], string.format('%.0f', now + ahead), 'PX', math.ceil(ahead / 1000))
return { 1, ahead }
`);
