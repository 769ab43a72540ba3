import { STAGED } from '../scripts/keys.ts';
import type { Command } from './client.ts';
import { Reason } from './reasons.ts';
import { MAX_REQUEST_BYTES, sizeOf } from './size.ts';

/** Part size: a part arrives within the timeout of a request. */
const PART_BYTES = 4_000_000;
/** Limit of all arguments, which are staged in one record: Upstash limits it to 100 MB. */
const MAX_BYTES = 90_000_000;
/** Time to live of staged arguments that are never used. */
const TTL_MS = 60_000;

/**
 * Chunked upload of a command that is too large for one request, atomic in effect: the arguments are staged
 * in a list, part by part, and consumed by one script. Leftovers of a failure expire.
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
    // Only a script's text can be extended, and `runScript` sends it in answer to this error.
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

/** KEYS stagedKey. ARGV ttlMs, then arguments of the command. Reply 1. */
const STAGE = `
local stagedKey = KEYS[1]
local ttlMs = ARGV[1]

for i = 2, #ARGV do redis.call('RPUSH', stagedKey, ARGV[i]) end
redis.call('PEXPIRE', stagedKey, ttlMs)
return 1
`;

/**
 * Prelude of a script: replaces ARGV by the staged arguments. The staging list is deleted first, as a full
 * Redis refuses scripts that push first.
 *
 * KEYS   those of the script, then stagedKey
 * ARGV   count  number of staged arguments
 */
const UNSTAGE = `
local stagedKey = KEYS[#KEYS]
local count = tonumber(ARGV[1])

local ARGV = redis.call('LRANGE', stagedKey, 0, -1)
redis.call('UNLINK', stagedKey)
if #ARGV ~= count then return redis.error_reply('ERR Parts of a request were lost') end
local KEYS = { unpack(KEYS, 1, #KEYS - 1) }
`;

/** LPUSH as a script. KEYS listKey. ARGV the values. Reply their number. */
const PUSH_ALL = `
local listKey = KEYS[1]

for _, value in ipairs(ARGV) do redis.call('LPUSH', listKey, value) end
return #ARGV
`;
