import { errorMessage } from '../common/error-message.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { EmbeddedPublisher } from '../drivers/kafka/embedded.ts';
import { openDatabase } from '../drivers/sqlite.ts';
import { SqliteStore } from '../drivers/store/sqlite/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Store } from '../ports/store.ts';

export interface Drivers {
  readonly publisher: Publisher;
  readonly store: Store;
  /** The embedded log, if it is the publisher. */
  readonly devKafka: EmbeddedPublisher | undefined;
  /** Descriptions for people, without secrets. */
  readonly names: { readonly kafka: string; readonly redis: string };
  /** Promises that the drivers cannot keep, for the log. */
  readonly shortfalls: readonly string[];
}

/**
 * Driver factory: opens the drivers that the settings name, and loads only their client libraries. Throws a
 * `ConfigError` for a file that cannot be used.
 */
export async function openDrivers(config: Config, clock: Clock): Promise<Drivers> {
  const { publisher, devKafka, name: kafka, shortfalls = [] } = await openPublisher(config, clock);
  const { store, name: redis } = await openStore(config, clock);
  return { publisher, store, devKafka, names: { kafka, redis }, shortfalls };
}

/** Back-pressure limit, in bytes of messages that wait for Kafka over HTTP. Beyond it messages are parked. */
const MAX_PENDING_BYTES = 64_000_000;

async function openPublisher(config: Config, clock: Clock) {
  const { kafka, kafkaRest, dataDir, defaultTopic, publishTimeoutMs } = config;
  if (kafkaRest) {
    const { RestPublisher } = await import('../drivers/kafka/rest/publisher.ts');
    const own = { probeTopic: defaultTopic, timeoutMs: publishTimeoutMs, maxPendingBytes: MAX_PENDING_BYTES };
    const publisher = new RestPublisher({ ...kafkaRest, ...own }, clock);
    const { shortfalls } = publisher;
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
    const { UpstashStore } = await import('../drivers/store/redis/upstash/store.ts');
    return { store: new UpstashStore(upstash), name: new URL(upstash.url).host };
  }
  if (!redisUrl)
    return {
      store: embedded(() => new SqliteStore(openDatabase(dataDir, STORE_FILE), clock)),
      name: `embedded, in ${dataDir}`,
    };
  const { RedisStore } = await import('../drivers/store/redis/native/store.ts');
  const { redisHosts } = await import('../drivers/store/redis/native/connect.ts');
  return { store: new RedisStore(redisUrl), name: redisHosts(redisUrl) };
}

/** File name in `DATA_DIR`. */
const STORE_FILE = 'fallback.db';

function embedded<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    const reason = errorMessage(error);
    throw new ConfigError([`DATA_DIR names a directory that cannot be written: ${reason}`]);
  }
}
