import type { ApiKey } from './api-keys.ts';
import { type CircuitConfig, readCircuits } from './circuits.ts';
import { contradictions } from './contradictions.ts';
import { embeddedWarnings, missingParts, type Part, readEmbedded } from './embedded.ts';
import { Environment, problemsOf, type Variables } from './environment.ts';
import { type KafkaConfig, readKafka } from './kafka.ts';
import { type KafkaRestConfig, readRest } from './kafka-rest.ts';
import { valueWarnings } from './odd-values.ts';
import { readUpstash, type UpstashConfig } from './redis.ts';
import { settingsIn, strayWarnings } from './strays.ts';
import { readTls, type TlsConfig } from './tls.ts';

/** Invalid environment, with one line for each problem to fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Spillway can't start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Port of a worker without an `ADMIN_PORT`. */
export const WORKER_PORT = 8001;

/** Settings, in the service's own words and units. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** TLS for the API's clients. Undefined: it speaks plain HTTP. */
  readonly tls: TlsConfig | undefined;
  /** Processes of the API. `auto`: one for each core. */
  readonly processes: 'auto' | number;
  /** The operators' port. Undefined: the API's own, and `WORKER_PORT` for a worker. */
  readonly adminPort: number | undefined;
  /** Parts that run in the process, as files in `dataDir`. */
  readonly embedded: readonly Part[];
  readonly dataDir: string;
  /** What an operator has to know of these settings, a line each. */
  readonly warnings: readonly string[];
  readonly maxBodyBytes: number;
  /** Time for which a connection may wait for its next request, in milliseconds. */
  readonly keepAliveMs: number;
  /** The topic of messages without one. */
  readonly defaultTopic: string;
  /** Allow-list of topics, the default one included. */
  readonly topics: Set<string>;
  /** Deadline of a request for Kafka, in milliseconds. */
  readonly publishTimeoutMs: number;
  /** How long a client waits for Kafka while the list can take its message, in milliseconds. 0: as long as a request takes. */
  readonly fallbackAfterMs: number;
  /** Exclusive with `kafkaRest`. Both undefined: the embedded log, where it is asked for. */
  readonly kafka: KafkaConfig | undefined;
  readonly kafkaRest: KafkaRestConfig | undefined;
  /** Exclusive with `upstash`. Both undefined: the embedded list, where it is asked for. */
  readonly redisUrl: string | undefined;
  readonly upstash: UpstashConfig | undefined;
  /** Age at which a parked message becomes a dead letter, in milliseconds. Infinity: never. */
  readonly fallbackMaxAgeMs: number;
  /** Keys of clients. Undefined, without a file as well: every client may send. */
  readonly apiKeys: readonly ApiKey[] | undefined;
  /** Origins of pages that may send from browsers. */
  readonly corsOrigins: readonly string[];
  /** File with more keys. */
  readonly apiKeysFile: string | undefined;
  /** Undefined: the operators' routes are closed. */
  readonly adminToken: string | undefined;
  /** Bounds of the fallback list, in messages and bytes. Undefined: no limit. */
  readonly fallback: { readonly maxLength: number | undefined; readonly maxBytes: number | undefined };
  /** Rate limit of each client, which is a key or an address: messages in a window. Undefined: no limit. */
  readonly rateLimit: { readonly max: number; readonly windowMs: number } | undefined;
  /** Time to live of ids and receipts, in milliseconds. 0: neither is kept. */
  readonly dedupTtlMs: number;
  /** Whether processes report outages of Kafka to each other through Redis. */
  readonly circuitSharing: boolean;
  readonly circuits: Record<'kafka' | 'redis', CircuitConfig>;
  /** Time for which a process goes on taking messages after SIGTERM, in milliseconds. */
  readonly shutdownDelayMs: number;
  /** `inline`: the API drains the list. `off`: a worker of its own does. */
  readonly backfill: 'inline' | 'off';
  /** `key`: messages with the same key keep their order. */
  readonly ordering: 'none' | 'key';
  readonly log: {
    readonly dir: string;
    readonly format: 'text' | 'json';
    readonly level: 'debug' | 'info' | 'warning' | 'error';
  };
}

/**
 * Parses the environment. An empty variable counts as unset. `needs` are the parts that have to be real, or
 * embedded where that is asked for. Throws a `ConfigError` that names each invalid variable and its valid
 * values; never its own value, which may be a secret.
 */
export function readConfig(variables: Variables, needs: readonly Part[] = []): Config {
  const set = settingsIn(variables);
  const oddities = [...strayWarnings(set), ...valueWarnings(set)];
  const parsed = Environment.safeParse(set);
  const problems = [...problemsOf(parsed.error), ...contradictions(set), ...missingParts(set, needs)];
  if (parsed.data && (parsed.data.FALLBACK_MAX_BYTES ?? Infinity) < parsed.data.MAX_BODY_BYTES)
    problems.push('FALLBACK_MAX_BYTES must not be below MAX_BODY_BYTES: the list has to hold one message');
  if (parsed.data && (parsed.data.KAFKA_BREAKER_SLOW_MS ?? 0) >= parsed.data.PUBLISH_TIMEOUT_MS)
    problems.push('KAFKA_BREAKER_SLOW_MS must be below PUBLISH_TIMEOUT_MS: no answer is waited for longer');
  if (parsed.data && 1000 * parsed.data.KEEP_ALIVE_SECONDS <= parsed.data.PUBLISH_TIMEOUT_MS)
    problems.push('KEEP_ALIVE_SECONDS must be longer than PUBLISH_TIMEOUT_MS: it is in seconds');
  if (!parsed.data || problems.length > 0) throw new ConfigError([...problems, ...oddities]);
  const env = parsed.data;
  const embedded = readEmbedded(env.EMBEDDED);
  return {
    host: env.HOST,
    port: env.PORT,
    tls: readTls(env),
    embedded,
    // Files of a process are for it alone.
    processes: embedded.length > 0 ? 1 : env.PROCESSES,
    adminPort: env.ADMIN_PORT,
    dataDir: env.DATA_DIR,
    warnings: [...oddities, ...embeddedWarnings(embedded, env.DATA_DIR)],
    maxBodyBytes: env.MAX_BODY_BYTES,
    keepAliveMs: 1000 * env.KEEP_ALIVE_SECONDS,
    defaultTopic: env.KAFKA_TOPIC,
    topics: new Set([env.KAFKA_TOPIC, ...(env.KAFKA_TOPICS ?? [])]),
    publishTimeoutMs: env.PUBLISH_TIMEOUT_MS,
    fallbackAfterMs: env.FALLBACK_AFTER_MS,
    kafka: readKafka(env),
    kafkaRest: readRest(env),
    redisUrl: env.REDIS_URL,
    upstash: readUpstash(env),
    fallbackMaxAgeMs: 1000 * (env.FALLBACK_MAX_AGE_SECONDS ?? Infinity),
    apiKeys: env.API_KEYS,
    apiKeysFile: env.API_KEYS_FILE,
    corsOrigins: env.CORS_ORIGINS ?? [],
    adminToken: env.ADMIN_TOKEN,
    fallback: { maxLength: env.FALLBACK_MAX_LENGTH, maxBytes: env.FALLBACK_MAX_BYTES },
    rateLimit: readRateLimit(env),
    dedupTtlMs: 1000 * env.DEDUP_TTL_SECONDS,
    circuitSharing: env.CIRCUIT_SHARING === 'on',
    circuits: readCircuits(env, env.PUBLISH_TIMEOUT_MS),
    shutdownDelayMs: 1000 * env.SHUTDOWN_DELAY_SECONDS,
    backfill: env.BACKFILL,
    ordering: env.ORDERING,
    log: { dir: env.LOG_DIR, format: env.LOG_FORMAT, level: env.LOG_LEVEL },
  };
}

function readRateLimit({ RATE_LIMIT_MAX: max, RATE_LIMIT_WINDOW_SECONDS: window }: Environment) {
  return max === undefined || window === undefined ? undefined : { max, windowMs: 1000 * window };
}
