import { type Config, ConfigError } from '../config.ts';
import { EmbeddedPublisher } from '../drivers/kafka/embedded.ts';
import { openDatabase } from '../drivers/sqlite.ts';
import { EmbeddedStore } from '../drivers/store/embedded.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Store } from '../ports/store.ts';
import { shortfallsOf } from './shortfalls.ts';

export interface Drivers {
  readonly publisher: Publisher;
  readonly store: Store;
  /** The embedded log, where it is the publisher. */
  readonly devKafka: EmbeddedPublisher | undefined;
  /** For people: what is used, and where it is; no secrets. */
  readonly names: { readonly kafka: string; readonly redis: string };
  /** What the drivers can not do, though the service promises it; for the log. */
  readonly shortfalls: readonly string[];
}

/**
 * The drivers that the settings name. A client library is loaded only where it is used. Throws a
 * `ConfigError` if a file that the settings name can't be used.
 */
export async function openDrivers(config: Config, clock: Clock): Promise<Drivers> {
  const { publisher, devKafka, name: kafka, shortfalls = [] } = await openPublisher(config, clock);
  const { store, name: redis } = await openStore(config, clock);
  return { publisher, store, devKafka, names: { kafka, redis }, shortfalls };
}

/** Memory for messages that wait for Kafka over HTTP. Beyond it they go to the list at once. */
const MAX_PENDING_BYTES = 64_000_000;

async function openPublisher(config: Config, clock: Clock) {
  const { kafka, kafkaRest, dataDir, defaultTopic, publishTimeoutMs } = config;
  if (kafkaRest) {
    const { RestPublisher } = await import('../drivers/kafka/rest.ts');
    const own = { probeTopic: defaultTopic, timeoutMs: publishTimeoutMs, maxPendingBytes: MAX_PENDING_BYTES };
    const publisher = new RestPublisher({ ...kafkaRest, ...own }, clock);
    const shortfalls = shortfallsOf(publisher);
    return { publisher, devKafka: undefined, name: new URL(kafkaRest.url).host, shortfalls };
  }
  if (!kafka) {
    const devKafka = embedded(() => new EmbeddedPublisher(dataDir));
    return { publisher: devKafka, devKafka, name: `embedded, in ${dataDir}` };
  }
  const { openKafkaJs } = await import('./kafkajs.ts');
  const publisher = openKafkaJs(kafka, config, clock);
  return { publisher, devKafka: undefined, name: kafka.brokers.join(',') };
}

async function openStore({ redisUrl, upstash, dataDir }: Config, clock: Clock) {
  if (upstash) {
    const { UpstashStore } = await import('../drivers/store/upstash.ts');
    return { store: new UpstashStore(upstash), name: new URL(upstash.url).host };
  }
  if (!redisUrl)
    return {
      store: embedded(() => new EmbeddedStore(openDatabase(dataDir, STORE_FILE), clock)),
      name: `embedded, in ${dataDir}`,
    };
  const { RedisStore } = await import('../drivers/store/redis.ts');
  const { redisHosts } = await import('../drivers/store/redis-connect.ts');
  return { store: new RedisStore(redisUrl), name: redisHosts(redisUrl) };
}

/** In `DATA_DIR`. */
const STORE_FILE = 'fallback.db';

function embedded<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new ConfigError([`DATA_DIR names a directory that can not be written: ${reason}`]);
  }
}
