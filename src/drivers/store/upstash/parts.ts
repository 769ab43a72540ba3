import { STAGED } from '../scripts/keys.ts';
import type { Command } from './client.ts';
import { Reason } from './reasons.ts';
import { MAX_REQUEST_BYTES, sizeOf } from './size.ts';

/** Small enough that each gets through within the deadline of a request. */
const PART_BYTES = 4_000_000;
/** The arguments wait in a record, which holds 100 MB. */
const MAX_BYTES = 90_000_000;
/** Of what was never used. */
const TTL_MS = 60_000;

/**
 * Does what is too large for one request, all or nothing: the arguments travel in parts to a list of
 * their own, and one script takes them from there. What is left of a failure goes by itself.
 */
export async function sendInParts(
  send: (command: Command) => Promise<unknown>,
  command: Command,
): Promise<unknown> {
  const { lua, keys, args } = toScript(command);
  const parts = cut(args);
  const staged = STAGED + crypto.randomUUID();
  for (const part of parts) await send(['EVAL', STAGE, 1, staged, TTL_MS, ...part]);
  return send(['EVAL', UNSTAGE + lua, keys.length + 1, ...keys, staged, args.length]);
}

function toScript([name, first, second, ...rest]: Command): { lua: string; keys: Command; args: Command } {
  switch (name) {
    // Only its text can be changed. Whoever runs a script sends that in answer to this.
    case 'EVALSHA':
      throw new Error('NOSCRIPT Too large for one request');
    case 'EVAL':
      return { lua: String(first), keys: rest.slice(0, Number(second)), args: rest.slice(Number(second)) };
    case 'LPUSH':
      return { lua: PUSH_ALL, keys: [first ?? ''], args: [second ?? '', ...rest] };
    case undefined:
    default:
      throw new Reason(TOO_LARGE);
  }
}

function cut(args: Command): Command[] {
  const parts: (string | number)[][] = [];
  let bytes = Infinity;
  let total = 0;
  for (const arg of args) {
    const size = sizeOf([arg]);
    total += size;
    if (size > MAX_REQUEST_BYTES || total > MAX_BYTES) throw new Reason(TOO_LARGE);
    if (bytes + size > PART_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(arg);
    bytes += size;
  }
  return parts;
}

const TOO_LARGE = 'Larger than Upstash takes: 10 MB for an entry, 100 MB for all';

const STAGE = `
for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`;

/**
 * Stands before the text of a script, which then finds its arguments where they would have been.
 * They leave their list first: a full Redis refuses scripts that push first.
 */
const UNSTAGE = `
local count = tonumber(ARGV[1])
local ARGV = redis.call('LRANGE', KEYS[#KEYS], 0, -1)
redis.call('UNLINK', KEYS[#KEYS])
if #ARGV ~= count then return redis.error_reply('ERR Parts of a request were lost') end
local KEYS = { unpack(KEYS, 1, #KEYS - 1) }
`;

const PUSH_ALL = `for _, entry in ipairs(ARGV) do redis.call('LPUSH', KEYS[1], entry) end return #ARGV`;
