import { describe, test } from 'bun:test';
import { localKafkaMissing } from '../kafka/jars.ts';
import { kafkaMissing, KafkaService, startKafka } from '../kafka/service.ts';
import { promtoolMissing } from './promtool.ts';
import { pythonMissing } from './python.ts';
import { redisCliMissing } from '../redis/redis-cli.ts';
import { localRedisMissing, redisMissing, RedisService, startRedis } from '../redis/service.ts';
import { runtimeMissing } from './runtimes.ts';

const missing = {
  kafka: await kafkaMissing(),
  /** Brokers with settings that only this machine's own processes are given: secure ones, and clusters. */
  localKafka: localKafkaMissing(),
  redis: await redisMissing(),
  localRedis: localRedisMissing(),
  redisCli: redisCliMissing(),
  promtool: promtoolMissing(),
  python: pythonMissing(),
  /** It runs the tests. */
  bun: undefined,
  node: runtimeMissing('node'),
  deno: runtimeMissing('deno'),
  /** It comes with wrangler, which Node runs. */
  workerd: runtimeMissing('node'),
  object: runtimeMissing('node'),
};
const mustHaveAll = !['', '0', 'false'].includes(process.env['CI'] ?? '');

/**
 * `describe` for tests that need real services. Where one can't be had the suite is skipped and
 * says why; with `CI` set that is a failure.
 */
export function describeReal(name: string, needs: readonly (keyof typeof missing)[], body: () => void): void {
  const reason = needs.map((service) => missing[service]).find((text) => text !== undefined);
  if (reason === undefined) {
    describe(name, body);
    return;
  }
  if (mustHaveAll) {
    test(`${name} has its services`, () => {
      throw new Error(`Can't run: ${reason}`);
    });
    return;
  }
  console.warn(`Skipped: ${name}: ${reason}`);
  describe.skip(`${name} (skipped: ${reason})`, body);
}

let kafka: Promise<KafkaService> | undefined;
let redis: Promise<RedisService> | undefined;

/** The Kafka of all tests that leave it whole. */
export function realKafka(): Promise<KafkaService> {
  const brokers = process.env['TEST_KAFKA_BROKERS'];
  return (kafka ??= brokers ? Promise.resolve(new KafkaService(brokers)) : startKafka());
}

/** The Redis of all tests that leave it whole; they may flush it. */
export function realRedis(): Promise<RedisService> {
  const url = process.env['TEST_REDIS_URL'];
  return (redis ??= url ? Promise.resolve(new RedisService(url)) : startRedis());
}

/** A Kafka of the test's own, to be killed; the test stops it. */
export const ownKafka = startKafka;

/** A Redis of the test's own, to be killed; the test stops it. */
export const ownRedis = startRedis;
