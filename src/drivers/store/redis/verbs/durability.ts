import type { Durability } from '../../../../ports/durability.ts';
import type { Send } from '../scripts/script.ts';

/** Settings by their names in `redis.conf`, without the unknown ones. */
type Settings = Readonly<Record<string, string>>;

/**
 * Reads the persistence and eviction settings of a Redis: by CONFIG GET, or by INFO where a managed Redis
 * forbids CONFIG. Throws connection errors, but not the refusal of a command.
 */
export async function readDurability(send: Send): Promise<Durability> {
  const info = fromInfo(await ask(send, 'INFO'));
  const names = ['appendonly', 'appendfsync', 'maxmemory', 'maxmemory-policy'];
  const answers = await Promise.all(names.map((name) => ask(send, 'CONFIG', 'GET', name)));
  return judge({ ...info, ...Object.assign({}, ...answers.map(fromConfig)) });
}

/** The reply; undefined if Redis refuses the command. */
async function ask(send: Send, command: string, ...args: string[]): Promise<unknown> {
  try {
    return await send(command, ...args);
  } catch (error) {
    if (error instanceof Error && /\b(ERR|NOPERM)\b/.test(error.message)) return undefined;
    throw error;
  }
}

function fromConfig(reply: unknown): Settings {
  if (!Array.isArray(reply) || reply.length < 2) return {};
  return { [String(reply[0])]: String(reply[1]) };
}

function fromInfo(reply: unknown): Settings {
  if (typeof reply !== 'string') return {};
  const read = (name: string, as: string) => {
    const found = new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(reply)?.[1];
    return found === undefined ? {} : { [as]: found };
  };
  const { aof } = read('aof_enabled', 'aof');
  return {
    ...(aof === undefined ? {} : { appendonly: aof === '1' ? 'yes' : 'no' }),
    ...read('maxmemory', 'maxmemory'),
    ...read('maxmemory_policy', 'maxmemory-policy'),
    ...read('connected_slaves', 'replicas'),
    ...read('used_memory', 'used'),
  };
}

const UNKNOWN = 'unknown';

function judge(settings: Settings): Durability {
  const { appendonly = UNKNOWN, appendfsync = UNKNOWN, maxmemory, replicas } = settings;
  const policy = settings['maxmemory-policy'] ?? UNKNOWN;
  const warnings: string[] = [];
  if (appendonly === 'no')
    warnings.push('appendonly is no: a restart of Redis forgets what was parked. Set it to yes');
  else if (appendfsync === 'everysec' || appendfsync === 'no')
    warnings.push(
      `appendfsync is ${appendfsync}: a crash of Redis forgets what was parked last. Set it to always`,
    );
  // Without `maxmemory` there is no eviction. volatile-* spares the list, which has no TTL.
  if (policy.startsWith('allkeys-') && maxmemory !== '0')
    warnings.push(
      `maxmemory-policy is ${policy}: a full Redis may drop the whole list. Set it to noeviction`,
    );
  const isKnown = [appendonly, appendfsync, policy].every((value) => value !== UNKNOWN);
  const status = warnings.length > 0 ? 'at-risk' : isKnown ? 'durable' : 'unknown';
  const memory = memoryOf(settings);
  return {
    status,
    warnings,
    ...(replicas !== undefined && { replicas: Number(replicas) }),
    ...(memory && { memory }),
  };
}

function memoryOf({ used, maxmemory }: Settings): Durability['memory'] {
  const [usedBytes, maxBytes] = [Number(used), Number(maxmemory)];
  return usedBytes > 0 && maxBytes > 0 ? { usedBytes, maxBytes } : undefined;
}
