import { describe, expect, test } from 'bun:test';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { LONGEST_CALL_MS } from '../../src/message/entry.ts';

function refusal(variables: Record<string, string>): string {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Not refused');
}

const longestCall = (ms: number) => ({ PUBLISH_TIMEOUT_MS: String(ms), KEEP_ALIVE_SECONDS: '75' });

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const TLS = { KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'true' };
const OAUTH = { KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'oauthbearer' };

const REST = { KAFKA_REST_URL: 'https://a/kafka', KAFKA_REST_DIALECT: 'strimzi' };

const sasl = (over: Record<string, string>) => readConfig({ KAFKA_BROKERS: 'a:1', ...over }).kafka?.sasl;

describe('readConfig', () => {
  test('no call may take longer than the worker waits for the word of a doubt', () => {
    expect(readConfig(longestCall(LONGEST_CALL_MS)).publishTimeoutMs).toBe(LONGEST_CALL_MS);
    expect(refusal(longestCall(LONGEST_CALL_MS + 1))).toContain('PUBLISH_TIMEOUT_MS');
  });

  test('without variables nothing is embedded, and the circuits are those of production', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 8000,
      dataDir: './data',
      embedded: [],
      warnings: [],
      defaultTopic: 'messages',
      publishTimeoutMs: 3000,
    });
    expect(config.kafka).toBeUndefined();
    expect(config.redisUrl).toBeUndefined();
    expect(config.topics).toEqual(new Set(['messages']));
    expect(config.circuits).toMatchObject({
      kafka: { failMax: 5, resetTimeoutMs: 30_000, timeoutDurationMs: 60_000, slowMs: undefined },
      redis: { failMax: 3, resetTimeoutMs: 15_000, timeoutDurationMs: 30_000, slowMs: undefined },
    });
  });

  test('parts are embedded where that is asked for, and have to be named elsewhere', () => {
    expect(readConfig({ EMBEDDED: 'redis, kafka' }, ['kafka', 'redis']).embedded).toEqual(['kafka', 'redis']);
    expect(readConfig({ EMBEDDED: 'kafka', REDIS_URL: 'redis://a' }, ['kafka', 'redis']).embedded).toEqual([
      'kafka',
    ]);
    expect(() => readConfig({ EMBEDDED: 'kafka' }, ['kafka', 'redis'])).toThrow(
      'REDIS_URL or UPSTASH_REDIS_REST_URL must be set',
    );
    expect(() => readConfig({ REDIS_URL: 'redis://a' }, ['kafka', 'redis'])).toThrow(
      'KAFKA_BROKERS or KAFKA_REST_URL must be set',
    );
    expect(readConfig({ ...REST, REDIS_URL: 'redis://a' }, ['kafka', 'redis']).embedded).toEqual([]);
  });

  test.each([
    ['aggressive', { failMax: 3, resetTimeoutMs: 10_000, timeoutDurationMs: 30_000 }],
    ['conservative', { failMax: 10, resetTimeoutMs: 60_000, timeoutDurationMs: 120_000 }],
  ])('BREAKER_PRESET=%s sets both circuits', (preset, circuit) => {
    expect(readConfig({ BREAKER_PRESET: preset }).circuits).toMatchObject({ kafka: circuit, redis: circuit });
  });

  test('a single number wins over the preset, and seconds may be fractions', () => {
    const { circuits } = readConfig({
      BREAKER_PRESET: 'aggressive',
      KAFKA_BREAKER_FAIL_MAX: '7',
      REDIS_BREAKER_RESET_TIMEOUT: '0.5',
      REDIS_BREAKER_TIMEOUT_DURATION: '1.25',
    });
    expect(circuits.kafka.failMax).toBe(7);
    expect(circuits.redis).toMatchObject({ failMax: 3, resetTimeoutMs: 500, timeoutDurationMs: 1250 });
  });

  test('slow answers are faults only where a circuit is told how slow', () => {
    const { circuits } = readConfig({ KAFKA_BREAKER_SLOW_MS: '1500', REDIS_BREAKER_SLOW_MS: '100' });
    expect([circuits.kafka.slowMs, circuits.redis.slowMs]).toEqual([1500, 100]);
    expect(readConfig({ REDIS_BREAKER_SLOW_MS: '100' }).circuits.kafka.slowMs).toBeUndefined();
    expect(refusal({ KAFKA_BREAKER_SLOW_MS: '3000' })).toContain('must be below PUBLISH_TIMEOUT_MS');
    expect(readConfig({ KAFKA_BREAKER_SLOW_MS: '3000', PUBLISH_TIMEOUT_MS: '3001' })).toBeDefined();
  });

  test('a trial of Kafka may take longer than a publish: its message is claimed before', () => {
    expect(readConfig({}).circuits.kafka.trialTimeoutMs).toBe(4500);
    expect(readConfig({ PUBLISH_TIMEOUT_MS: '10000' }).circuits.kafka.trialTimeoutMs).toBe(11_500);
  });

  test('clients are limited only if both variables are set, and ids are remembered for ten minutes', () => {
    expect(readConfig({})).toMatchObject({ rateLimit: undefined, dedupTtlMs: 600_000 });
    expect(
      readConfig({ RATE_LIMIT_MAX: '5', RATE_LIMIT_WINDOW_SECONDS: '60', DEDUP_TTL_SECONDS: '0' }),
    ).toMatchObject({ rateLimit: { max: 5, windowMs: 60_000 }, dedupTtlMs: 0 });
  });

  test.each([
    ['a space before it', ' of-a-user', 'begins or ends with white space'],
    ['the line break of an `echo`', 'of-a-user\n', 'begins or ends with white space'],
    ['the quotes of an env file', '"of-a-user"', 'is in quotes'],
    ['single quotes', "'of-a-user'", 'is in quotes'],
  ])('a value with %s is taken as it stands, and named', (_, value, words) => {
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: value };
    const { kafka, warnings } = readConfig({ KAFKA_BROKERS: 'a:1', ...login });
    expect(kafka?.sasl).toMatchObject({ password: value });
    expect(warnings).toEqual([`KAFKA_SASL_PASSWORD ${words}, which is part of its value: remove it`]);
  });

  test('values that may have white space or quotes are not named', () => {
    const odd = { KAFKA_SSL_CA: `${PEM}\n`, KAFKA_SASL_OAUTH_TOKEN_COMMAND: "'my program' 'x'" };
    const rest = { KAFKA_TOPICS: 'a, b', LOG_DIR: 'my logs', BREAKER_PRESET: 'aggressive' };
    expect(readConfig({ ...TLS, ...OAUTH, ...rest, ...odd }).warnings).toEqual([]);
    expect(readConfig({ HOME: ' /', PS1: '"$ "' }).warnings).toEqual([]);
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', KAFKA_BROKERS: '', KAFKA_REST_URL: '' }).port).toBe(8000);
  });

  test('brokers and topics are lists, and the default topic is always allowed', () => {
    const config = readConfig({
      KAFKA_BROKERS: 'a:9092, 10.0.0.1:9093',
      KAFKA_TOPIC: 'x',
      KAFKA_TOPICS: 'y, z',
    });
    expect(config.kafka?.brokers).toEqual(['a:9092', '10.0.0.1:9093']);
    expect(config.topics).toEqual(new Set(['x', 'y', 'z']));
  });

  test('TLS takes PEM texts, with line breaks as platforms write them, or paths', () => {
    const { kafka } = readConfig({
      ...TLS,
      KAFKA_SSL_CA: PEM.replaceAll('\n', String.raw`\n`),
      KAFKA_SSL_CERT_FILE: '/c.pem',
      KAFKA_SSL_KEY: PEM,
    });
    expect(kafka?.ssl).toBeTrue();
    expect(kafka?.pem).toEqual({
      ca: { variable: 'KAFKA_SSL_CA', text: PEM },
      cert: { variable: 'KAFKA_SSL_CERT_FILE', path: '/c.pem' },
      key: { variable: 'KAFKA_SSL_KEY', text: PEM },
    });
  });

  test('SASL takes a user and a password, or a token, or the command that prints one', () => {
    expect(sasl({})).toBeUndefined();
    expect(
      sasl({ KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }),
    ).toMatchObject({ mechanism: 'scram-sha-512' });
    const user = { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const)
      expect(sasl({ KAFKA_SASL_MECHANISM: mechanism, ...user })).toEqual({
        mechanism,
        username: 'u',
        password: 'p',
      });
    const mechanism = 'oauthbearer';
    expect(sasl({ ...OAUTH, KAFKA_SASL_OAUTH_TOKEN: 't' })).toEqual({ mechanism, token: 't' });
    expect(sasl({ ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_COMMAND: 'c d' })).toEqual({ mechanism, command: 'c d' });
  });

  test('Kafka over HTTP takes an address, a dialect, and a user or a token', () => {
    expect(readConfig({}).kafkaRest).toBeUndefined();
    expect(readConfig(REST).kafkaRest).toMatchObject({
      url: 'https://a/kafka',
      dialect: 'strimzi',
      auth: { kind: 'none' },
    });
    const login = { KAFKA_REST_USERNAME: 'u', KAFKA_REST_PASSWORD: 'p:' };
    expect(readConfig({ ...REST, ...login }).kafkaRest?.auth).toEqual({
      kind: 'basic',
      username: 'u',
      password: 'p:',
    });
    const { auth } = readConfig({ ...REST, KAFKA_REST_TOKEN: 't' }).kafkaRest ?? {};
    expect(auth).toEqual({ kind: 'bearer', token: 't' });
  });

  test.each([
    [{ KAFKA_BROKERS: 'a:1', ...REST }, ['KAFKA_BROKERS', 'KAFKA_REST_URL']],
    [{ KAFKA_REST_URL: 'http://a' }, ['KAFKA_REST_URL', 'KAFKA_REST_DIALECT', 'strimzi']],
    [{ DENO_DEPLOY: 'true' }, ['KAFKA_BROKERS or KAFKA_REST_URL', 'REDIS_URL or UPSTASH_REDIS_REST_URL']],
    [{ DENO_DEPLOY: 'true', KAFKA_BROKERS: 'a:1' }, ['Deno Deploy', 'UPSTASH_REDIS_REST_URL must be set']],
    [{ DENO_DEPLOY: 'true', EMBEDDED: 'kafka,redis' }, ['Deno Deploy keeps no files: EMBEDDED']],
    [{ EMBEDDED: 'kafka', KAFKA_BROKERS: 'a:1' }, ['EMBEDDED=kafka', 'KAFKA_BROKERS']],
    [{ EMBEDDED: 'kafka,redis', ...REST }, ['EMBEDDED=kafka', 'KAFKA_REST_URL']],
    [{ EMBEDDED: 'redis', REDIS_URL: 'redis://a' }, ['EMBEDDED=redis', 'REDIS_URL']],
    [
      { EMBEDDED: 'redis', UPSTASH_REDIS_REST_URL: 'https://a', UPSTASH_REDIS_REST_TOKEN: 't' },
      ['EMBEDDED=redis', 'UPSTASH_REDIS_REST_URL'],
    ],
    [{ EMBEDDED: 'redis', BACKFILL: 'off' }, ['EMBEDDED=redis', 'BACKFILL=off']],
    [{ TLS_CERT_FILE: 'c' }, ['TLS_KEY_FILE must be set with TLS_CERT_FILE']],
    [{ TLS_KEY_FILE: 'k' }, ['TLS_CERT_FILE must be set with TLS_KEY_FILE']],
    [{ TLS_CLIENT_CA_FILE: 'a' }, ['TLS_CERT_FILE and TLS_KEY_FILE must be set with TLS_CLIENT_CA_FILE']],
    [
      { TLS_CERT_FILE: 'c', TLS_CLIENT_CA_FILE: 'a' },
      ['TLS_KEY_FILE must be set with TLS_CERT_FILE and TLS_CLIENT_CA_FILE'],
    ],
    [{ DENO_DEPLOY: 'true', TLS_CERT_FILE: 'c' }, ['TLS_CERT_FILE has no use on Deno Deploy']],
    [{ KAFKA_REST_DIALECT: 'strimzi' }, ['KAFKA_REST_DIALECT', 'KAFKA_REST_URL']],
    [{ ...REST, KAFKA_REST_PASSWORD: 'p' }, ['KAFKA_REST_USERNAME', 'KAFKA_REST_PASSWORD']],
    [
      { ...REST, KAFKA_REST_USERNAME: 'u', KAFKA_REST_PASSWORD: 'p', KAFKA_REST_TOKEN: 't' },
      ['KAFKA_REST_USERNAME', 'KAFKA_REST_TOKEN'],
    ],
    [{ ...REST, KAFKA_REST_CLUSTER_ID: 'c' }, ['KAFKA_REST_CLUSTER_ID', 'confluent-v3']],
    [{ ...REST, KAFKA_SSL: 'true' }, ['KAFKA_SSL', 'KAFKA_BROKERS']],
    [
      { REDIS_URL: 'redis://a', UPSTASH_REDIS_REST_URL: 'https://a' },
      ['REDIS_URL', 'UPSTASH_REDIS_REST_URL'],
    ],
    [{ REDIS_URL: 'redis://a', UPSTASH_REDIS_REST_TOKEN: 't' }, ['REDIS_URL', 'UPSTASH_REDIS_REST_TOKEN']],
    [{ UPSTASH_REDIS_REST_URL: 'https://a' }, ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']],
    [{ UPSTASH_REDIS_REST_TOKEN: 't' }, ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u' }, ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD']],
    [{ KAFKA_SSL: 'true' }, ['KAFKA_SSL', 'KAFKA_BROKERS']],
    [{ KAFKA_COMPRESSION: 'gzip' }, ['KAFKA_COMPRESSION', 'KAFKA_BROKERS']],
    [{ ...TLS, KAFKA_SSL_CA: PEM, KAFKA_SSL_CA_FILE: 'ca' }, ['KAFKA_SSL_CA', 'KAFKA_SSL_CA_FILE']],
    [{ ...TLS, KAFKA_SSL_CERT: PEM }, ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY', 'KAFKA_SSL_KEY_FILE']],
    [{ ...TLS, KAFKA_SSL_KEY_FILE: 'key' }, ['KAFKA_SSL_KEY_FILE', 'KAFKA_SSL_CERT']],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SSL_CA_FILE: 'ca' }, ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL ']],
    [{ ...TLS, KAFKA_SSL: 'false', KAFKA_SSL_CA: PEM }, ['KAFKA_SSL_CA', 'KAFKA_SSL ']],
    [OAUTH, ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_OAUTH_TOKEN', 'KAFKA_SASL_OAUTH_TOKEN_COMMAND']],
    [
      { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN: 't', KAFKA_SASL_OAUTH_TOKEN_COMMAND: 'c' },
      ['KAFKA_SASL_OAUTH_TOKEN', 'KAFKA_SASL_OAUTH_TOKEN_COMMAND'],
    ],
    [
      { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN: 't', KAFKA_SASL_PASSWORD: 'p' },
      ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'],
    ],
    [
      { KAFKA_BROKERS: 'a:1', KAFKA_SASL_OAUTH_TOKEN: 't' },
      ['KAFKA_SASL_OAUTH_TOKEN', 'KAFKA_SASL_MECHANISM'],
    ],
    [{ RATE_LIMIT_MAX: '5' }, ['RATE_LIMIT_MAX', 'RATE_LIMIT_WINDOW_SECONDS']],
    [{ RATE_LIMIT_WINDOW_SECONDS: '5' }, ['RATE_LIMIT_WINDOW_SECONDS', 'RATE_LIMIT_MAX']],
    [{ API_KEYS: 'k' }, ['API_KEYS']],
  ])('%j contradicts itself: the refusal names both', (variables: Record<string, string>, names) => {
    for (const name of names) expect(refusal(variables)).toContain(name);
  });

  test.each([
    ['PORT', 'http', 'a whole number from 0 to 65535'],
    ['PORT', '0x1F90', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['KAFKA_BROKERS', 'kafka', 'host:port'],
    ['KAFKA_BROKERS', 'kafka:99999', 'host:port'],
    ['KAFKA_BROKERS', '[::1]:9092', 'host:port'],
    ['KAFKA_BROKERS', 'http://kafka:9092', 'host:port'],
    ['KAFKA_COMPRESSION', 'lz4', 'none, gzip, zstd'],
    ['KAFKA_SSL', 'maybe', 'true or false'],
    ['KAFKA_SSL_CA', '/etc/ca.pem', 'KAFKA_SSL_CA_FILE'],
    ['KAFKA_SASL_MECHANISM', 'gssapi', 'plain, scram-sha-256, scram-sha-512, oauthbearer'],
    ['KAFKA_SASL_OAUTH_TOKEN', 'a b', 'no spaces'],
    ['KAFKA_TOPIC', 'a b', 'letters'],
    ['KAFKA_REST_URL', 'proxy:8082', 'https://proxy.example.com:8082'],
    ['KAFKA_REST_URL', 'https://u:p@proxy', 'without a user'],
    ['KAFKA_REST_URL', 'https://proxy:99999', 'https://proxy.example.com:8082'],
    ['KAFKA_REST_DIALECT', 'v2', 'strimzi'],
    ['KAFKA_REST_USERNAME', 'a:b', 'without colons'],
    ['KAFKA_REST_TOKEN', 'a b', 'no spaces'],
    ['KAFKA_REST_CLUSTER_ID', 'a/b', 'letters'],
    ['REDIS_URL', 'localhost:6379', 'redis://host:port'],
    ['REDIS_URL', 'redis://localhost:6379/abc', 'redis://host:port'],
    ['REDIS_URL', 'redis+sentinel://a:26379/main', 'Sentinel is not supported'],
    ['UPSTASH_REDIS_REST_URL', 'redis://a', 'https://name.upstash.io'],
    ['UPSTASH_REDIS_REST_URL', 'https://a:99999', 'https://name.upstash.io'],
    ['UPSTASH_REDIS_REST_URL', 'https://u:p@a', 'https://name.upstash.io'],
    ['UPSTASH_REDIS_REST_TOKEN', 'a b', 'no spaces'],
    ['REDIS_URL', 'redis:///tmp/redis.sock', 'redis://host:port'],
    ['BREAKER_PRESET', 'fast', 'production, aggressive, conservative'],
    ['KAFKA_BREAKER_FAIL_MAX', '0', 'a whole number from 1'],
    ['KAFKA_BREAKER_RESET_TIMEOUT', '-1', 'seconds'],
    ['KAFKA_BREAKER_RESET_TIMEOUT', '0', 'seconds'],
    ['KAFKA_BREAKER_RESET_TIMEOUT', '0x10', 'seconds'],
    ['KAFKA_BREAKER_TIMEOUT_DURATION', '1e1', 'seconds'],
    ['REDIS_BREAKER_RESET_TIMEOUT', ' 5', 'seconds'],
    ['REDIS_BREAKER_RESET_TIMEOUT', '30s', 'seconds'],
    ['REDIS_BREAKER_TIMEOUT_DURATION', '86401', 'seconds'],
    ['KAFKA_BREAKER_SLOW_MS', '0', 'a whole number from 1'],
    ['REDIS_BREAKER_SLOW_MS', '1.5', 'a whole number from 1'],
    ['PUBLISH_TIMEOUT_MS', '1.5', 'a whole number'],
    ['RATE_LIMIT_MAX', '0', 'a whole number from 1'],
    ['RATE_LIMIT_WINDOW_SECONDS', '0.5', 'a whole number from 1'],
    ['DEDUP_TTL_SECONDS', '-1', 'a whole number from 0'],
    ['EMBEDDED', 'true', 'kafka or redis'],
    ['EMBEDDED', 'kafka,', 'kafka or redis'],
    ['BACKFILL', 'yes', 'inline, off'],
    ['ORDERING', 'topic', 'none, key'],
    ['LOG_FORMAT', 'xml', 'text, json'],
    ['LOG_LEVEL', 'loud', 'debug, info, warning, error'],
  ])('%s=%s is refused by its name, with what it may be', (name, value, hint) => {
    expect(refusal({ [name]: value })).toContain(`${name} must be`);
    expect(refusal({ [name]: value })).toContain(hint);
  });

  test('all that is wrong is told at once, and no value is repeated', () => {
    const message = refusal({ PORT: 'secret-1', REDIS_URL: 'secret-2', LOG_LEVEL: 'secret-3' });
    for (const name of ['PORT', 'REDIS_URL', 'LOG_LEVEL']) expect(message).toContain(name);
    expect(message).not.toContain('secret');
  });

  test('the bounds of the list are off unless set, and must leave room for one message', () => {
    expect(readConfig({}).fallback).toEqual({ maxLength: undefined, maxBytes: undefined });
    const bounds = { FALLBACK_MAX_LENGTH: '1000', FALLBACK_MAX_BYTES: '5000000' };
    expect(readConfig(bounds).fallback).toEqual({ maxLength: 1000, maxBytes: 5_000_000 });
    expect(readConfig({}).fallbackMaxAgeMs).toBe(Infinity);
    expect(readConfig({ FALLBACK_MAX_AGE_SECONDS: '60' }).fallbackMaxAgeMs).toBe(60_000);
    expect(refusal({ FALLBACK_MAX_LENGTH: '0' })).toContain('FALLBACK_MAX_LENGTH must be a whole number');
    expect(refusal({ FALLBACK_MAX_BYTES: '5000' })).toContain('must not be below MAX_BODY_BYTES');
  });
});
