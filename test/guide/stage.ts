import { expect } from 'bun:test';
import type { KafkaService } from '../support/kafka/service.ts';
import { redisCliFor } from '../support/redis/redis-cli.ts';
import type { RedisService } from '../support/redis/service.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

type Which = 'kafka' | 'redis';

/** The guide's waits are for people; how many failures open a circuit stays as it says. */
const QUICK = {
  PUBLISH_TIMEOUT_MS: '1000',
  KAFKA_BREAKER_RESET_TIMEOUT: '1',
  KAFKA_BREAKER_TIMEOUT_DURATION: '1',
  REDIS_BREAKER_RESET_TIMEOUT: '0.5',
  REDIS_BREAKER_TIMEOUT_DURATION: '0.5',
};

/** What the guide's operator has before them: API, worker, Kafka, Redis, and a shell in the directory of `logs/`. */
export class Stage {
  readonly kafka: KafkaService;
  readonly redis: RedisService;
  readonly topic: string;
  readonly api: Spillway;
  readonly worker: Spillway;
  readonly #bin: string;

  private constructor(services: Services, topic: string, processes: Processes, bin: string) {
    this.kafka = services.kafka;
    this.redis = services.redis;
    this.topic = topic;
    this.api = processes.api;
    this.worker = processes.worker;
    this.#bin = bin;
  }

  /** Both processes of their own, on a topic of their own, and with an empty Redis. */
  static async open(services: Services, over: Record<string, string> = {}): Promise<Stage> {
    const { kafka, redis } = services;
    const topic = `guide-${crypto.randomUUID()}`;
    await Promise.all([kafka.createTopic(topic), redis.flush()]);
    const { path: dir } = tempDir();
    const variables = {
      ...QUICK,
      KAFKA_BROKERS: kafka.brokers,
      REDIS_URL: redis.url,
      KAFKA_TOPIC: topic,
      BACKFILL: 'off',
      ...over,
    };
    const { path: bin } = tempDir();
    const [api, worker] = await Promise.all([
      startSpillway(variables, { dir }),
      startSpillway(variables, { dir, entry: 'backfill' }),
      redisCliFor(redis.url, bin),
    ]);
    return new Stage(services, topic, { api, worker }, bin);
  }

  async close(): Promise<void> {
    const codes = await Promise.all([this.api.end('SIGTERM'), this.worker.end('SIGTERM')]);
    expect(codes).toEqual([0, 0]);
  }

  /** Runs a command of the guide as it is printed there; answers its lines. */
  async sh(command: string): Promise<string[]> {
    const child = Bun.spawn(['sh', '-c', command], {
      cwd: this.api.dir,
      env: { ...process.env, PATH: `${this.#bin}:${process.env['PATH']}` },
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    // 1 is grep's word for nothing found.
    if (code > 1 || err) throw new Error(`${command} ended with ${code}: ${err}`);
    return out.split('\n').filter((line) => line !== '');
  }

  async queueLength(): Promise<number> {
    const [length] = await this.sh('redis-cli LLEN fallback:message_queue');
    return Number(length);
  }

  state(which: Which): Promise<number> {
    return this.api.metric(`circuit_breaker_state{service="${which}"}`);
  }

  failures(which: Which): Promise<number> {
    return this.api.metric(`circuit_breaker_failures_total{service="${which}"}`);
  }

  async isOpen(which: Which): Promise<void> {
    await until(`the ${which} circuit is open`, async () => (await this.state(which)) === 1);
  }

  async isClosed(which: Which): Promise<void> {
    await until(`the ${which} circuit is closed`, async () => (await this.state(which)) === 0);
  }

  /** The list is empty, and no worker holds anything of it. */
  async isDrained(): Promise<void> {
    await until('the fallback queue is drained', async () => {
      const claimed = await this.api.metric('spillway_fallback_claimed');
      return (await this.queueLength()) === 0 && claimed === 0;
    });
  }

  /** Each of the ids is the `spillway-id` of a record. */
  async expectInTopic(ids: readonly string[]): Promise<void> {
    const records = await this.kafka.read(this.topic);
    const written = new Set(records.map(({ headers }) => headers['spillway-id']));
    expect(ids.filter((id) => !written.has(id))).toEqual([]);
  }
}

export interface Services {
  readonly kafka: KafkaService;
  readonly redis: RedisService;
}

interface Processes {
  readonly api: Spillway;
  readonly worker: Spillway;
}
