import type { KafkaService } from '../support/kafka/service.ts';
import type { RedisService } from '../support/redis/service.ts';
import type { Runtime } from '../support/process/runtimes.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { HttpProxies } from './http-proxies.ts';
import { until } from '../support/process/wait.ts';

export const isProcess = (runtime: Runtime) => runtime !== 'workerd' && runtime !== 'object';

type StageOptions = Pick<NonNullable<Parameters<typeof startSpillway>[1]>, 'entry' | 'dir'>;

/** One runtime, in front of the Kafka and the Redis that all of them share in turn. */
export class Stage {
  readonly topic = `messages-${crypto.randomUUID()}`;
  readonly runtime: Runtime;
  readonly kafka: KafkaService;
  readonly redis: RedisService;

  #proxies: Promise<HttpProxies> | undefined;

  private constructor(runtime: Runtime, kafka: KafkaService, redis: RedisService) {
    this.runtime = runtime;
    this.kafka = kafka;
    this.redis = redis;
  }

  /** Sets it: a topic of its own, and a Redis that is empty. */
  static async set(runtime: Runtime, kafka: KafkaService, redis: RedisService): Promise<Stage> {
    const stage = new Stage(runtime, kafka, redis);
    await kafka.createTopic(stage.topic);
    await redis.flush();
    return stage;
  }

  /** A Durable Object keeps everything in a SQLite of its own. */
  get usesRedis(): boolean {
    return this.runtime !== 'object';
  }

  async start(variables: Record<string, string> = {}, options: StageOptions = {}): Promise<Spillway> {
    return startSpillway(
      {
        ...(await this.#servers()),
        KAFKA_TOPIC: this.topic,
        PUBLISH_TIMEOUT_MS: '1000',
        KAFKA_BREAKER_FAIL_MAX: '3',
        KAFKA_BREAKER_RESET_TIMEOUT: '1',
        KAFKA_BREAKER_TIMEOUT_DURATION: '1',
        ...variables,
      },
      { runtime: this.runtime, ...options },
    );
  }

  /** Where Kafka and Redis are, in the words of this runtime. */
  async #servers(): Promise<Record<string, string>> {
    switch (this.runtime) {
      case 'bun':
      case 'node':
      case 'deno':
        return { KAFKA_BROKERS: this.kafka.brokers, REDIS_URL: this.redis.url };
      case 'object':
        return { KAFKA_BROKERS: this.kafka.brokers };
      case 'workerd': {
        this.#proxies ??= HttpProxies.start(this.kafka, this.redis);
        return (await this.#proxies).variables;
      }
    }
  }

  /** What stands before Kafka and Redis where only HTTP gets through; undefined where nothing does. */
  async proxies(): Promise<HttpProxies | undefined> {
    return this.#proxies;
  }

  async stop(): Promise<void> {
    await (await this.#proxies)?.stop();
  }

  /** What the platform does once a minute where the service has a schedule. */
  async tick({ url }: Spillway): Promise<void> {
    if (this.runtime === 'workerd') await fetch(`${url}/cdn-cgi/handler/scheduled`);
  }

  /** The ids of all records of the topic. */
  async ids(): Promise<Set<string | undefined>> {
    return new Set((await this.kafka.read(this.topic)).map(({ headers }) => headers['spillway-id']));
  }

  /** The one record of the topic with this id. */
  async record(id: string) {
    const records = await this.kafka.read(this.topic);
    const found = records.filter(({ headers }) => headers['spillway-id'] === id);
    if (found.length !== 1) throw new Error(`The topic has ${found.length} records with the id ${id}`);
    return found[0];
  }

  /** Ends in order, and says so by its exit code. Of a Worker's end nothing is told. */
  async end(service: Spillway): Promise<void> {
    const code = await service.end('SIGTERM');
    if (isProcess(this.runtime) && code !== 0)
      throw new Error(`${this.runtime} ended with ${code}: ${service.output()}`);
  }
}

/** Sends a body as it is, to the letter. */
export const postText = (service: Spillway, body: string | ReadableStream, headers = {}) =>
  fetch(`${service.url}/v1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });

export const receiptOf = ({ url }: Spillway, id: string) => fetch(`${url}/v1/messages/${id}`);

export const stateOf = async (service: Spillway) => ({
  circuit: await service.metric('circuit_breaker_state{service="kafka"}'),
  waiting: await service.metric('redis_fallback_queue_length'),
});

/** Waits until so many bytes of messages at least are under way to Kafka, and answers how many are. */
export const inFlight = (service: Spillway, bytes: number) =>
  until('messages are in flight', async () => {
    const pending = await service.metric('spillway_producer_pending_bytes');
    return pending >= bytes && pending;
  });
