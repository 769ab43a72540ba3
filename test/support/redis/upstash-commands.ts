import type { Redis } from 'ioredis';

/** What the service answers to a command, with the strings as bytes. */
export type Answer = { readonly result: unknown } | { readonly error: string };

export type Command = [name: string, ...args: string[]];

const REFUSED = new Set(
  `BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WATCH UNWATCH MULTI EXEC DISCARD AUTH HELLO
  SELECT QUIT RESET CLIENT SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE MONITOR CONFIG SHUTDOWN`.split(/\s+/),
);

/** Takes JSON strings, numbers and booleans as arguments; undefined if it is no command. */
export function toCommand(json: unknown): Command | undefined {
  if (!Array.isArray(json) || json.length === 0) return undefined;
  const parts = json as unknown[];
  if (!parts.every((part) => ['string', 'number', 'boolean'].includes(typeof part))) return undefined;
  return parts.map(String) as Command;
}

/** Why the service would not run it over HTTP. */
function refusalOf([name, ...args]: Command): string | undefined {
  const upper = name.toUpperCase();
  const blocks = upper.startsWith('XREAD') && args.some((arg) => arg.toUpperCase() === 'BLOCK');
  return REFUSED.has(upper) || blocks ? `ERR Command is not available: '${name}'` : undefined;
}

export async function run(redis: Redis, command: Command): Promise<Answer> {
  const error = refusalOf(command);
  if (error !== undefined) return { error };
  try {
    return { result: await redis.callBuffer(...command) };
  } catch (failure) {
    return { error: (failure as Error).message };
  }
}

/** All of them without another's in between; one answer if none was done. */
export async function runAtomically(
  redis: Redis,
  commands: readonly Command[],
): Promise<Answer | readonly Answer[]> {
  const error = commands.map(refusalOf).find((text) => text !== undefined);
  if (error !== undefined) return { error };
  try {
    const multi = redis.multi();
    for (const command of commands) multi.callBuffer(...command);
    const results = (await multi.exec()) ?? [];
    return results.map(([failure, result]) => (failure ? { error: failure.message } : { result }));
  } catch (failure) {
    return { error: (failure as Error).message };
  }
}

/** As JSON has it: text, or base64 for every string but OK. */
export function toJson(value: unknown, base64: boolean): unknown {
  if (Array.isArray(value)) return value.map((part) => toJson(part, base64));
  if (!(value instanceof Uint8Array)) return value;
  const bytes = Buffer.from(value);
  const text = bytes.toString();
  return base64 && text !== 'OK' ? bytes.toString('base64') : text;
}
