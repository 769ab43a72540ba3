import { Redis } from 'ioredis';
import { DockerHost, dockerHas } from '../process/docker.ts';
import { freePort } from '../process/free-port.ts';
import { type Host, LocalHost, RestorableHost } from '../process/host.ts';
import { install, isInstalled, mayInstall } from '../process/install.ts';
import { tempDir } from '../process/temp-dir.ts';
import { until } from '../process/wait.ts';

const IMAGE = 'redis:7-alpine';
const SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--save',
  '',
  '--maxmemory-policy',
  'noeviction',
  '--enable-debug-command',
  'local',
];

/** A Redis that is all the tests' own. */
export class RedisService {
  readonly url: string;
  readonly #host: RestorableHost | undefined;
  #client: Redis | undefined;

  constructor(url: string, host?: Host) {
    this.url = url;
    this.#host = host && new RestorableHost(host);
  }

  async start(): Promise<void> {
    await this.#host?.start();
    await until('Redis answers', async () => (await this.client().ping()) === 'PONG');
  }

  async kill(): Promise<void> {
    await this.#host?.kill();
  }

  async pause(): Promise<void> {
    await this.#host?.pause();
  }

  async resume(): Promise<void> {
    await this.#host?.resume();
  }

  /** Runs and answers again, whatever a test has left it in. */
  async restore(): Promise<void> {
    if (this.#host?.state === 'paused') await this.resume();
    if (this.#host?.state === 'stopped') await this.start();
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    await this.#host?.kill();
  }

  async flush(): Promise<void> {
    await this.client().flushall();
  }

  /** To look into it; it finds Redis again by itself. */
  client(): Redis {
    if (!this.#client) {
      this.#client = new Redis(this.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
      this.#client.on('error', () => {});
    }
    return this.#client;
  }
}

/** Why no Redis can be had here; undefined if one can. */
export async function redisMissing(): Promise<string | undefined> {
  if (process.env['TEST_REDIS_URL'] || isInstalled('redis-server') || mayInstall()) return undefined;
  return (await dockerHas(IMAGE)) ? undefined : 'no Redis: needs TEST_REDIS_URL, Docker or redis-server';
}

/** Why no Redis can be had with settings of its own; undefined if one can. */
export function localRedisMissing(): string | undefined {
  return isInstalled('redis-server') || mayInstall()
    ? undefined
    : 'no Redis with settings of its own: needs redis-server';
}

/** A Redis as a process of this machine, for settings that a container is not given. */
export async function localRedis(settings: readonly string[], directory: string): Promise<Host> {
  if (!isInstalled('redis-server')) await install('redis-server');
  return new LocalHost(['redis-server', ...settings], directory);
}

/** With a password of its own: a client of another test that still looks for its Redis on this port is refused. */
export async function startRedis(): Promise<RedisService> {
  const port = await freePort();
  const password = crypto.randomUUID();
  const service = new RedisService(`redis://:${password}@127.0.0.1:${port}`, await redisHost(port, password));
  await service.start();
  return service;
}

async function redisHost(port: number, password: string): Promise<Host> {
  const settings = [...SETTINGS, '--requirepass', password];
  if (await dockerHas(IMAGE)) {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = new GenericContainer(IMAGE)
      .withExposedPorts({ container: 6379, host: port })
      .withCommand(['redis-server', ...settings])
      .withWaitStrategy(Wait.forListeningPorts());
    return new DockerHost(container);
  }
  return localRedis(['--port', String(port), ...settings], tempDir().path);
}
