import { parseArgs } from 'node:util';

export interface LoadOptions {
  readonly host: URL;
  readonly users: number;
  /** Users that begin in a second. */
  readonly spawnRate: number;
  /** Undefined: until it is told to stop. */
  readonly runTimeMs: number | undefined;
  /** A file for the ids that were answered 202. */
  readonly accepted: string | undefined;
}

export const USAGE = `Usage: bun run load [options], as those of locust:
  -H, --host=URL        the service (http://localhost:8000)
  -u, --users=N         users that post one message after another (1)
  -r, --spawn-rate=N    users that begin in a second (1)
  -t, --run-time=TIME   30s, 20m, 1h30m; without it until ctrl-C
      --accepted=FILE   writes the id of every message that was answered 202, a line each`;

/** Throws an error whose text is for the one who typed them. */
export function readOptions(args: readonly string[]): LoadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', short: 'H', default: 'http://localhost:8000' },
      users: { type: 'string', short: 'u', default: '1' },
      'spawn-rate': { type: 'string', short: 'r', default: '1' },
      'run-time': { type: 'string', short: 't' },
      accepted: { type: 'string' },
    },
  });
  const users = toNumber(values.users);
  if (!(Number.isInteger(users) && users > 0)) throw new Error('--users must be a whole number above 0');
  const spawnRate = toNumber(values['spawn-rate']);
  if (!(spawnRate > 0)) throw new Error('--spawn-rate must be a number above 0');
  return {
    host: toHost(values.host),
    users,
    spawnRate,
    runTimeMs: values['run-time'] === undefined ? undefined : toMs(values['run-time']),
    accepted: values.accepted,
  };
}

function toNumber(text: string): number {
  return /^[\d.]+$/.test(text) ? Number(text) : Number.NaN;
}

function toHost(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('--host must be a URL with http or https');
  return url;
}

/** Seconds, or hours, minutes and seconds with their letters. */
function toMs(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  const [hours = 0, minutes = 0, seconds = 0] = (match ?? [])
    .slice(1)
    .map((part?: string) => Number(part ?? 0));
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  if (ms === 0) throw new Error('--run-time must be like 30s, 20m or 1h30m');
  return ms;
}
