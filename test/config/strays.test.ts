import { describe, expect, test } from 'bun:test';
import { groups } from '../../src/config/groups.ts';
import { readConfig } from '../../src/config/config.ts';
import { readAddress } from '../../src/config/address.ts';

const REAL = { KAFKA_BROKERS: 'a:1', REDIS_URL: 'redis://a' };
const warningsOf = (variables: Record<string, string>) => readConfig({ ...REAL, ...variables }).warnings;
const stray = (name: string, meant: string) =>
  `${name} is set, but Spillway has no such setting: did you mean ${meant}?`;

describe('a variable that looks like a setting and is none is named, with the setting that is meant', () => {
  test.each([
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKABROKERS', 'KAFKA_BROKERS'],
    ['KAKFA_BROKERS', 'KAFKA_BROKERS'],
    ['Kafka_Brokers', 'KAFKA_BROKERS'],
    ['KAFKA_BROCKERS', 'KAFKA_BROKERS'],
    ['KAFKA_TOPIC_NAME', 'KAFKA_TOPIC'],
    ['KAFKA_RESTURL', 'KAFKA_REST_URL'],
    ['KAFKA_REST_DIALEKT', 'KAFKA_REST_DIALECT'],
    ['KAFKA_BREAKER_FAILMAX', 'KAFKA_BREAKER_FAIL_MAX'],
    ['REDIS_URI', 'REDIS_URL'],
    ['redis_url', 'REDIS_URL'],
    ['UPSTASH_REDIS_REST_URI', 'UPSTASH_REDIS_REST_URL'],
    ['UPSTASH_REDIS_TOKEN', 'UPSTASH_REDIS_REST_TOKEN'],
    ['FALLBACK_MAXLENGTH', 'FALLBACK_MAX_LENGTH'],
    ['FALLBACK_MAX_AGE', 'FALLBACK_MAX_AGE_SECONDS'],
    ['BACKFIL', 'BACKFILL'],
    ['BACKFILL_MODE', 'BACKFILL'],
    ['RATE_LIMIT_WINDOW', 'RATE_LIMIT_WINDOW_SECONDS'],
    ['DEDUP_TTL', 'DEDUP_TTL_SECONDS'],
    ['MAX_BODY_BYTE', 'MAX_BODY_BYTES'],
    ['ADMIN_TOKENS', 'ADMIN_TOKEN'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['CIRCUIT_SHARED', 'CIRCUIT_SHARING'],
    ['EMBEDED', 'EMBEDDED'],
  ])('%s: %s', (name, meant) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([stray(name, meant)]);
  });

  test.each([
    ['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'],
    ['SPRING_KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'],
    ['KAFKA_HOST', 'KAFKA_BROKERS'],
    ['KAFKA_URL', 'KAFKA_BROKERS'],
    ['KAFKA_API_KEY', 'KAFKA_SASL_USERNAME'],
    ['KAFKA_SECURITY_PROTOCOL', 'KAFKA_SSL and KAFKA_SASL_MECHANISM'],
    ['REDIS_HOST', 'REDIS_URL'],
    ['REDIS_PASSWORD', 'REDIS_URL'],
    ['REDIS_TLS_URL', 'REDIS_URL'],
    ['TLS_CERT', 'TLS_CERT_FILE'],
    ['TLS_CA_FILE', 'TLS_CLIENT_CA_FILE'],
    ['KV_REST_API_TOKEN', 'UPSTASH_REDIS_REST_TOKEN'],
  ])('%s, as other systems call it: %s', (name, meant) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([stray(name, meant)]);
  });

  test('each stands in a line of its own, without its value', () => {
    const warnings = warningsOf({ REDIS_PASSWORD: 'secret', KAFKA_PASSWORD: 'secret' });
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).not.toContain('secret');
  });

  test('a refusal names it too, behind the causes', () => {
    expect(() => readConfig({ ...REAL, PORT: 'http', KAFKA_BROKER: 'a:1' })).toThrow(
      /PORT must be .*\n.*KAFKA_BROKER is set/,
    );
  });
});

test.each(Object.values(groups).flatMap((group) => Object.keys(group)))('%s is a setting', (name) => {
  // Most are refused with this value, but none as a stranger.
  let said = '';
  try {
    said = readConfig({ [name]: 'x' }).warnings.join();
  } catch (error) {
    said = String(error);
  }
  expect(said).not.toContain('no such setting');
});

describe('not named are', () => {
  test.each([
    [
      'links of Docker',
      { REDIS_PORT: 'tcp://172.17.0.2:6379', REDIS_PORT_6379_TCP: 'tcp://172.17.0.2:6379' },
    ],
    ['their parts', { REDIS_PORT_6379_TCP_ADDR: '172.17.0.2', REDIS_PORT_6379_TCP_PROTO: 'tcp' }],
    ['their names and variables', { REDIS_NAME: '/web/redis', REDIS_ENV_REDIS_VERSION: '7.2' }],
    ['Services of Kubernetes', { KAFKA_SERVICE_HOST: '10.0.0.1', KAFKA_SERVICE_PORT: '9092' }],
    ['their named ports', { KAFKA_SERVICE_PORT_TCP_CLIENT: '9092', KAFKA_PORT: 'tcp://10.0.0.1:9092' }],
    [
      'Services with longer names',
      { REDIS_MASTER_SERVICE_HOST: 'a', REDIS_MASTER_PORT_6379_TCP_PORT: '6379' },
    ],
    [
      'what every process has',
      { HOSTNAME: 'a', HOME: '/', PATH: '/bin', LOGNAME: 'a', PWD: '/', SHLVL: '1' },
    ],
    [
      'settings of runtimes',
      { NODE_ENV: 'production', BUN_CONFIG_MAX_HTTP_REQUESTS: '4096', DENO_DIR: '/d' },
    ],
    ['settings of OpenSSL', { SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt', SSL_CERT_DIR: '/certs' }],
    ['settings of libraries', { KAFKAJS_NO_PARTITIONER_WARNING: '1', HTTP_PROXY: 'http://a' }],
    [
      'settings of other programs',
      { DATABASE_URL: 'postgres://a', API_KEY: 'a', LOG_COLORS: '1', PORTS: '1' },
    ],
    ['empty variables', { KAFKA_BROKER: '' }],
  ])('%s', (_, variables: Record<string, string>) => {
    expect(warningsOf(variables)).toEqual([]);
  });

  test('and a setting that Kubernetes has made of a Service is none', () => {
    // A Service named `kafka-rest` or `admin`.
    expect(warningsOf({ KAFKA_REST_PORT: 'tcp://10.0.0.1:8082', ADMIN_PORT: 'tcp://10.0.0.1:80' })).toEqual(
      [],
    );
  });
});

test('a health check needs the address of the API and nothing else', () => {
  expect(readAddress({})).toEqual({ host: '0.0.0.0', port: 8000, adminPort: undefined, tls: undefined });
  expect(readAddress({ PORT: '8001', HOST: '::', KAFKA_SSL: 'maybe' })).toEqual({
    host: '::',
    port: 8001,
    adminPort: undefined,
    tls: undefined,
  });
  expect(readAddress({ TLS_CERT_FILE: 'cert', TLS_KEY_FILE: 'key' }).tls).toMatchObject({ certFile: 'cert' });
  expect(() => readAddress({ PORT: 'http' })).toThrow('PORT must be a whole number from 0 to 65535');
});
