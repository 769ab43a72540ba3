import { createHash } from 'node:crypto';

/** A Lua script, and the name under which Redis keeps it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function defineScript(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Sends one Redis command and answers its reply; throws what Redis, or the way there, answered instead. */
export type Send = (command: string, ...args: (string | number)[]) => Promise<unknown>;

/** Runs the script by its name; Redis learns the text first where it does not know the name. */
export async function runScript(
  send: Send,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  try {
    return await send('EVALSHA', script.sha, ...rest);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return send('EVAL', script.lua, ...rest);
  }
}
