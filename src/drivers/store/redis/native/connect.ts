import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** Command timeout. A disk with `appendfsync always` takes its time, but less. */
export const COMMAND_TIMEOUT_MS = 250;
const LONGEST_PAUSE_MS = 500;

const OPTIONS = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  // Detects half-open connections, which TCP would hold for much longer.
  socketTimeout: 1000,
  connectTimeout: 500,
  maxRetriesPerRequest: 0,
  // At most once: no command waits for a connection or is sent again, so the caller decides on a retry.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: true,
  retryStrategy: pauseBefore,
  // Caps the pause while Redis loads its data: its own estimate can be 10 s.
  maxLoadingRetryTime: LONGEST_PAUSE_MS,
} as const satisfies RedisOptions;

/**
 * ioredis client that fails fast: of one Redis (`redis://user:password@host:6379/0`, `rediss://` for TLS), or
 * of a Redis Cluster by several seed nodes (`redis://user:password@a:6379,b:6379`). A connection ends, without
 * a repeated command, if a refusal calls for that by `endsBy`.
 */
export function connectRedis(url: string, endsBy: (refusal: string) => boolean): Redis | Cluster {
  const [first = '', ...others] = url.split(',');
  const reconnectOnError = ({ message }: Error) => endsBy(message);
  const options = { ...OPTIONS, reconnectOnError };
  if (others.length === 0) return new Redis(url, options);
  const { protocol, username, password, host } = new URL(first);
  const nodes = [host, ...others].map((address) => {
    const { hostname, port } = new URL(`redis://${address}`);
    return { host: hostname, port: Number(port || 6379) };
  });
  const isTls = protocol === 'rediss:';
  return new Cluster(nodes, {
    // Keeps host names: ioredis would connect to addresses, which are in no certificate.
    ...(isTls ? { dnsLookup: (name, done) => done(null, name) } : {}),
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    slotsRefreshTimeout: 1000,
    // More redirections (MOVED, ASK) mean that the slot is migrating: the command fails.
    maxRedirections: 4,
    // A command whose connection was lost would be sent again, though it may have been run.
    retryDelayOnFailover: 0,
    clusterRetryStrategy: pauseBefore,
    redisOptions: {
      ...options,
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
      ...(isTls ? { tls: {} } : {}),
    },
  });
}

/** The addresses in a URL, without credentials. */
export function redisHosts(url: string): string {
  return url.replace(/^rediss?:\/\//, '').replace(/^[^@]*@/, '');
}

/** Linear backoff with a cap, in milliseconds. */
function pauseBefore(times: number): number {
  return Math.min(times * 50, LONGEST_PAUSE_MS);
}
