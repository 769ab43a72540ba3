import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** The most that a caller waits for an answer. A disk that is forced to write takes its time, but less. */
export const COMMAND_TIMEOUT_MS = 250;
const LONGEST_PAUSE_MS = 500;

const OPTIONS = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  // A connection on which nothing comes back is given up, though TCP still holds it.
  socketTimeout: 1000,
  connectTimeout: 500,
  maxRetriesPerRequest: 0,
  // Neither waits for a connection nor sends a command twice: the caller decides what comes next.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: true,
  retryStrategy: pauseBefore,
  // Redis says itself how long it reads its data, but guesses: it would be left alone for up to 10 s.
  maxLoadingRetryTime: LONGEST_PAUSE_MS,
} as const satisfies RedisOptions;

/**
 * Connects to one Redis (`redis://user:password@host:6379/0`, `rediss://` for TLS), or to a Redis
 * Cluster by several of its nodes (`redis://user:password@a:6379,b:6379`).
 */
export function connectRedis(url: string): Redis | Cluster {
  const [first = '', ...others] = url.split(',');
  if (others.length === 0) return new Redis(url, OPTIONS);
  const { protocol, username, password, host } = new URL(first);
  const nodes = [host, ...others].map((address) => {
    const { hostname, port } = new URL(`redis://${address}`);
    return { host: hostname, port: Number(port || 6379) };
  });
  const isTls = protocol === 'rediss:';
  return new Cluster(nodes, {
    // A certificate names hosts: the addresses that ioredis would put in their place are not in it.
    ...(isTls ? { dnsLookup: (name, done) => done(null, name) } : {}),
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    slotsRefreshTimeout: 1000,
    // Beyond these redirections a slot is on its way: the caller is told.
    maxRedirections: 4,
    clusterRetryStrategy: pauseBefore,
    redisOptions: {
      ...OPTIONS,
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
      ...(isTls ? { tls: {} } : {}),
    },
  });
}

/** The addresses in such a URL, without what is secret. */
export function redisHosts(url: string): string {
  return url.replace(/^rediss?:\/\//, '').replace(/^[^@]*@/, '');
}

function pauseBefore(times: number): number {
  return Math.min(times * 50, LONGEST_PAUSE_MS);
}
