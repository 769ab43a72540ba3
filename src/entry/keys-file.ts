import { readFileSync } from 'node:fs';
import { type ApiKey, parseApiKeys } from '../config/api-keys.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { KeyRing } from '../http/auth/key-ring.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** Between two looks at the file, in milliseconds. */
const LOOK_MS = 5000;

/**
 * The API keys of the settings and of `API_KEYS_FILE`, which is read again every few seconds. Undefined without
 * such a file. Throws a `ConfigError` for one that can't be used; later such a file leaves the keys as they are.
 */
export function openKeyRing(
  { apiKeys = [], apiKeysFile }: Pick<Config, 'apiKeys' | 'apiKeysFile'>,
  clock: Clock,
  log: Log,
): KeyRing | undefined {
  if (apiKeysFile === undefined) return undefined;
  let known = read(apiKeysFile);
  const ring = new KeyRing([...apiKeys, ...keysOf(known)]);
  let problem = '';
  const look = () => {
    try {
      const text = read(apiKeysFile);
      if (text !== known) {
        const keys = keysOf(text);
        ring.replace([...apiKeys, ...keys]);
        log.info('API_KEYS_FILE has changed: its keys are in use', { keys: keys.length });
      }
      known = text;
      problem = '';
    } catch (error) {
      const [reason] = error instanceof ConfigError ? error.problems : [String(error)];
      if (reason !== problem) log.warning(`The API keys stay as they were: ${reason}`);
      problem = reason ?? '';
    }
    clock.after(LOOK_MS, look);
  };
  clock.after(LOOK_MS, look);
  return ring;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `API_KEYS_FILE names a file that can't be read: ${(error as NodeJS.ErrnoException).code}`,
    ]);
  }
}

/** The keys of `API_KEYS_FILE`, if it is set. Throws a `ConfigError` for one that can't be used. */
export function keysOfFile({ apiKeysFile }: Pick<Config, 'apiKeysFile'>): readonly ApiKey[] {
  return apiKeysFile === undefined ? [] : keysOf(read(apiKeysFile));
}

function keysOf(text: string): readonly ApiKey[] {
  const parsed = parseApiKeys(text);
  if (parsed.kind === 'keys') return parsed.keys;
  throw new ConfigError(parsed.problems.map((problem) => `API_KEYS_FILE is wrong: ${problem}`));
}
