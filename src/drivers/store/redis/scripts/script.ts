import { createHash } from 'node:crypto';

/** Lua script with its SHA-1 digest, the name under which Redis caches it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** Computes the digest of a script. */
export function defineScript(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Sends one Redis command and answers its reply. Throws Redis's errors and the connection's. */
export type Send = (command: string, ...args: (string | number)[]) => Promise<unknown>;

/**
 * Runs a script by EVALSHA. If Redis does not have it (NOSCRIPT), EVAL sends the text, which Redis then
 * caches.
 */
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
