import { afterAll, afterEach, beforeAll } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { Load } from '../support/http/load.ts';
import { Proxy } from '../support/http/tcp-proxy.ts';
import type { KafkaService } from '../support/kafka/service.ts';
import { freePort } from '../support/process/free-port.ts';
import { describeReal, ownKafka, ownRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import type { RedisService } from '../support/redis/service.ts';

export const TEST_MS = 120_000;
export const QUEUE = 'fallback:message_queue';

type Need = 'kafka' | 'redis' | 'proxy';

/** A suite with a Kafka and a Redis of its own, which its tests break. `proxy` stands between Kafka and its clients. */
export function describeChaos(name: string, needs: readonly Need[], body: (stage: Stage) => void): void {
  const services = needs.filter((need) => need !== 'proxy');
  describeReal(name, services, () => {
    const stage = new Stage();
    beforeAll(() => stage.open(needs), TEST_MS);
    afterEach(() => stage.clear(), TEST_MS);
    afterAll(() => stage.close(), TEST_MS);
    body(stage);
  });
}

/**
 * The test bed of a chaos suite. After each test, passed or failed, it ends what the test has started and brings Kafka
 * and Redis back, so that one failure does not make the next tests fail.
 */
class Stage {
  #kafka: KafkaService | undefined;
  #redis: RedisService | undefined;
  #proxy: Proxy | undefined;
  #topics = 0;
  readonly #cleanUps: (() => unknown)[] = [];

  async open(needs: readonly Need[]): Promise<void> {
    const [kafka, redis] = await Promise.all([
      needs.includes('kafka') ? this.#startKafka(needs.includes('proxy')) : undefined,
      needs.includes('redis') ? ownRedis() : undefined,
    ]);
    this.#kafka = kafka;
    this.#redis = redis;
  }

  get kafka(): KafkaService {
    return had(this.#kafka, 'kafka');
  }

  get redis(): RedisService {
    return had(this.#redis, 'redis');
  }

  get proxy(): Proxy {
    return had(this.#proxy, 'proxy');
  }

  /** Where clients find Kafka. */
  get brokers(): string {
    return this.#proxy ? `127.0.0.1:${this.#proxy.port}` : this.kafka.brokers;
  }

  /** Has this done after the test, the latest first. */
  defer(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }

  /** A topic that no other test writes to. */
  async newTopic(): Promise<string> {
    const topic = `chaos-${this.#topics++}`;
    await this.kafka.createTopic(topic);
    return topic;
  }

  /** Starts a process of the service, on what the suite has of Kafka and Redis. */
  async start(
    variables: Record<string, string>,
    options: { entry?: 'api' | 'backfill' } = {},
  ): Promise<Spillway> {
    const servers = {
      ...(this.#kafka && { KAFKA_BROKERS: this.brokers }),
      ...(this.#redis && { REDIS_URL: this.#redis.url }),
    };
    const service = await startSpillway({ ...servers, ...variables }, options);
    this.defer(() => service.end('SIGKILL'));
    return service;
  }

  /** Puts a load on a service. */
  load(service: Spillway, perSecond: number): Load {
    const load = new Load(service, perSecond);
    this.defer(() => load.abandon());
    return load;
  }

  /** Parks messages past the service; answers their ids. */
  async park(topic: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `parked-${index}`);
    for (let from = 0; from < count; from += 1000) {
      const entries = ids.slice(from, from + 1000).map((id) => toEntry(aMessage({ id, topic, key: id })));
      await this.redis.client().lpush(QUEUE, ...entries);
    }
    return ids;
  }

  /** Whether nothing waits in the list, and no worker holds anything of it. */
  async isDrained(): Promise<boolean> {
    return (await this.redis.client().keys(`*${QUEUE}*`)).length === 0;
  }

  /** The ids of all records, with their repetitions. */
  async idsIn(topic: string): Promise<string[]> {
    return (await this.kafka.read(topic)).map(({ headers }) => headers['spillway-id'] ?? '');
  }

  async clear(): Promise<void> {
    const steps = [
      ...this.#cleanUps.splice(0).toReversed(),
      () => this.#proxy?.pass(),
      () => this.#proxy?.listen(),
      () => Promise.all([this.#kafka?.restore(), this.#redis?.restore()]),
      () => this.#redis?.flush(),
    ];
    const errors: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Could not clean up after the test');
  }

  async close(): Promise<void> {
    await Promise.all([this.#kafka?.stop(), this.#redis?.stop()]);
    this.#proxy?.close();
  }

  async #startKafka(behindProxy: boolean): Promise<KafkaService> {
    if (!behindProxy) return ownKafka();
    const [port, advertisedPort] = [await freePort(), await freePort()];
    this.#proxy = await Proxy.start({ target: port, port: advertisedPort });
    return ownKafka({ port, advertisedPort });
  }
}

/** `circuit_breaker_state`: 0 closed, 1 open, 2 half-open. */
export const stateOf = (service: Spillway, name: 'kafka' | 'redis' = 'kafka') =>
  service.metric(`circuit_breaker_state{service="${name}"}`);

function had<T>(part: T | undefined, need: Need): T {
  if (part === undefined) throw new Error(`The suite does not say that it needs ${need}`);
  return part;
}
