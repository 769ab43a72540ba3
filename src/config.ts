import * as z from 'zod';
import { circuitFields, readCircuits } from './config-circuits.ts';
import { DAY_S, oneOf, whole } from './config-fields.ts';
import { kafkaFields, kafkaProblems, readKafka } from './config-kafka.ts';
import { readRest, restFields, restProblems } from './config-rest.ts';
import { readUpstash, upstashFields, upstashProblems } from './config-upstash.ts';

/** The environment contradicts itself or can't be read: one line for each thing to mend. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: readonly string[]) {
    super(
      `Spillway can't start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
}

export type Config = ReturnType<typeof readConfig>;

function list(entry: RegExp, what: string, isValid: (part: string) => boolean = () => true) {
  const error = `must be ${what}, with commas between several`;
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string().regex(entry, { error }).refine(isValid, { error })));
}

const TOPIC = /^(?!\.{1,2}$)[\w.-]{1,249}$/;
/** KafkaJS takes no address with colons in it. */
const BROKER = /^[^\s,:/]+:\d{1,5}$/;
const REDIS = /^rediss?:\/\/([^/@]*@)?[^/@,]+((\/\d*)?(\?.*)?|(,[^/@,]+)+)$/;

const Environment = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: whole(0, 65_535).default(8000),
  DATA_DIR: z.string().default('./data'),
  MAX_BODY_BYTES: whole(1, 100_000_000).default(1_000_000),
  KAFKA_BROKERS: list(
    BROKER,
    'host:port with a port up to 65535, the host a name or an IPv4 address',
    (broker) => Number(broker.split(':')[1]) <= 65_535,
  ).optional(),
  ...kafkaFields,
  ...restFields,
  KAFKA_TOPIC: z
    .string()
    .regex(TOPIC, { error: 'must be the name of a Kafka topic: letters, digits, dots, hyphens, underscores' })
    .default('messages'),
  KAFKA_TOPICS: list(TOPIC, 'the name of a Kafka topic').optional(),
  PUBLISH_TIMEOUT_MS: whole(10, 60_000).default(3000),
  REDIS_URL: z
    .string()
    .regex(REDIS, {
      error:
        'must be redis://host:port or rediss://host:port, with /number for a database, or redis://host:port,host:port for a cluster; Sentinel is not supported',
    })
    .optional(),
  ...upstashFields,
  ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'must be ASCII without spaces: it is sent in a header' })
    .optional(),
  FALLBACK_MAX_LENGTH: whole(1, 1_000_000_000).optional(),
  FALLBACK_MAX_AGE_SECONDS: whole(1, 10 * 365 * DAY_S).optional(),
  FALLBACK_MAX_BYTES: whole(1, 1_000_000_000_000).optional(),
  RATE_LIMIT_MAX: whole(1, 1_000_000).optional(),
  RATE_LIMIT_WINDOW_SECONDS: whole(1, DAY_S).optional(),
  DEDUP_TTL_SECONDS: whole(0, 7 * DAY_S).default(600),
  ...circuitFields,
  SHUTDOWN_DELAY_SECONDS: whole(0, 600).default(1),
  BACKFILL: oneOf(['inline', 'off']).default('inline'),
  ORDERING: oneOf(['none', 'key']).default('none'),
  LOG_DIR: z.string().default('logs'),
  LOG_FORMAT: oneOf(['text', 'json']).default('text'),
  LOG_LEVEL: z.preprocess(
    (level) => (typeof level === 'string' ? level.toLowerCase() : level),
    oneOf(['debug', 'info', 'warning', 'error']).default('info'),
  ),
});

type Environment = z.infer<typeof Environment>;

/**
 * Reads the settings from the environment. An empty variable counts as unset.
 * Throws a `ConfigError` that names each variable that is wrong and what it may be; never its value,
 * which may be a secret.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(set);
  const unreadable = new Set(
    parsed.error?.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`),
  );
  const problems = [...unreadable, ...contradictions(set)];
  if (parsed.data && (parsed.data.FALLBACK_MAX_BYTES ?? Infinity) < parsed.data.MAX_BODY_BYTES)
    problems.push('FALLBACK_MAX_BYTES must not be below MAX_BODY_BYTES: the list has to hold one message');
  if (parsed.data && (parsed.data.KAFKA_BREAKER_SLOW_MS ?? 0) >= parsed.data.PUBLISH_TIMEOUT_MS)
    problems.push('KAFKA_BREAKER_SLOW_MS must be below PUBLISH_TIMEOUT_MS: no answer is waited for longer');
  if (!parsed.data || problems.length > 0) throw new ConfigError(problems);
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    maxBodyBytes: env.MAX_BODY_BYTES,
    defaultTopic: env.KAFKA_TOPIC,
    topics: new Set([env.KAFKA_TOPIC, ...(env.KAFKA_TOPICS ?? [])]),
    publishTimeoutMs: env.PUBLISH_TIMEOUT_MS,
    kafka: env.KAFKA_BROKERS ? { brokers: env.KAFKA_BROKERS, ...readKafka(env) } : undefined,
    kafkaRest: readRest(env),
    redisUrl: env.REDIS_URL,
    upstash: readUpstash(env),
    /** Infinite: however old, it is published. */
    fallbackMaxAgeMs: 1000 * (env.FALLBACK_MAX_AGE_SECONDS ?? Infinity),
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

function contradictions(set: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  const exclude = (one: string, other: string) => {
    if (one in set && other in set) problems.push(`${one} and ${other} are both set: choose one of them`);
  };
  exclude('KAFKA_BROKERS', 'KAFKA_REST_URL');
  const together = (one: string, other: string) => {
    if (one in set && !(other in set)) problems.push(`${one} needs ${other} as well`);
  };
  together('RATE_LIMIT_MAX', 'RATE_LIMIT_WINDOW_SECONDS');
  together('RATE_LIMIT_WINDOW_SECONDS', 'RATE_LIMIT_MAX');
  // Set by the platform. Nothing that is embedded outlives an instance there.
  if ('DENO_DEPLOY' in set) {
    const need = (names: readonly string[], what: string) => {
      if (!names.some((name) => name in set))
        problems.push(`Deno Deploy keeps no files: ${what} must be set`);
    };
    need(['KAFKA_BROKERS', 'KAFKA_REST_URL'], 'KAFKA_BROKERS or KAFKA_REST_URL');
    need(['REDIS_URL', 'UPSTASH_REDIS_REST_URL'], 'REDIS_URL or UPSTASH_REDIS_REST_URL');
  }
  if ('API_KEYS' in set)
    problems.push('API_KEYS is not supported by this version: without it every client may post');
  return [...problems, ...kafkaProblems(set), ...restProblems(set), ...upstashProblems(set)];
}

function readRateLimit({ RATE_LIMIT_MAX: max, RATE_LIMIT_WINDOW_SECONDS: window }: Environment) {
  return max === undefined || window === undefined ? undefined : { max, windowMs: 1000 * window };
}
