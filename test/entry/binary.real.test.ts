import { beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary, runBinary } from '../support/process/binary.ts';
import { describeReal, realKafka, realRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';
import { until } from '../support/process/wait.ts';

const BUILD_MS = 120_000;
const TEST_MS = 60_000;
const NOWHERE = '127.0.0.1:1';
const SECRET = 'not-to-be-seen';

const portOf = ({ url }: Spillway) => new URL(url).port;

describeReal('the single binary', ['kafka', 'redis'], () => {
  const { path: dir } = tempDir();
  const topic = `binary-${crypto.randomUUID()}`;
  let services: Record<string, string>;

  beforeAll(async () => {
    const [kafka, redis] = await Promise.all([realKafka(), realRedis(), binary()]);
    await Promise.all([kafka.createTopic(topic), redis.flush()]);
    services = { KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url, KAFKA_TOPIC: topic };
  }, BUILD_MS);

  test(
    'serves, is found alive by its own health check, and stops in order',
    async () => {
      const service = await startSpillway(services, { binary: await binary() });
      expect(await (await service.post({ id: 'served', value: 1 })).json()).toMatchObject({
        status: 'published',
      });
      expect(await service.metric('spillway_producer_messages_total')).toBe(1);
      const PORT = portOf(service);
      // As Docker tells its containers where a proxy is set for all of them.
      const HTTP_PROXY = 'http://127.0.0.1:1';
      expect(await runBinary(dir, ['health'], { PORT, HTTP_PROXY })).toEqual({ code: 0, output: 'live\n' });
      expect(await service.end('SIGTERM')).toBe(0);
      expect(readFileSync(join(service.dir, 'logs/api.log'), 'utf8')).toContain('Stopped');
      const { code, output } = await runBinary(dir, ['health'], { PORT });
      expect([code, output]).toEqual([1, expect.stringContaining('The API does not answer on')]);
    },
    TEST_MS,
  );

  test(
    'parks what Kafka can not take, and its backfill publishes it',
    async () => {
      const options = { binary: await binary() };
      const cutOff = { ...services, KAFKA_BROKERS: NOWHERE, BACKFILL: 'off' };
      const api = await startSpillway(cutOff, options);
      const parked = await api.post({ id: 'parked', value: 2 });
      expect([parked.status, parked.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
      const worker = await startSpillway(services, { ...options, entry: 'backfill' });
      const kafka = await realKafka();
      await until('it is in the topic', async () =>
        (await kafka.read(topic)).some(({ headers }) => headers['spillway-id'] === 'parked'),
      );
      expect(await Promise.all([api.end('SIGTERM'), worker.end('SIGTERM')])).toEqual([0, 0]);
    },
    TEST_MS,
  );

  test(
    'has a doctor that finds all well, over Redis and over its REST API',
    async () => {
      const { code, output } = await runBinary(dir, ['doctor'], services);
      expect(output).toContain(`The topic ${topic} has its leaders; partitions: 3`);
      expect(output).toContain('The fallback list is durable');
      expect([code, output]).toEqual([0, expect.not.stringMatching(/^broken/m)]);
      const { REDIS_URL: url = '', ...rest } = services;
      const server = await UpstashServer.start(url);
      const { token: UPSTASH_REDIS_REST_TOKEN, url: UPSTASH_REDIS_REST_URL } = server;
      const upstash = { ...rest, UPSTASH_REDIS_REST_TOKEN, UPSTASH_REDIS_REST_URL };
      const overRest = await runBinary(dir, ['doctor'], upstash);
      await server.stop();
      expect(overRest.output).toContain(`${new URL(server.url).host} takes writes`);
      expect(overRest.code).toBe(0);
    },
    TEST_MS,
  );

  test(
    'has a doctor that names what is broken, and no secret',
    async () => {
      const { code, output } = await runBinary(dir, ['doctor'], {
        KAFKA_BROKERS: NOWHERE,
        REDIS_URL: `redis://:${SECRET}@${NOWHERE}`,
        LOG_DIR: '/dev/null/logs',
      });
      expect(code).toBe(1);
      expect(output).toMatch(/^broken +kafka +127\.0\.0\.1:1: .*ECONNREFUSED/m);
      expect(output).toMatch(/^broken +redis +127\.0\.0\.1:1: .*ECONNREFUSED/m);
      expect(output).toMatch(/^warning +logs +\/dev\/null\/logs\/api\.log can't be written \(ENOTDIR\)/m);
      expect(output).not.toContain(SECRET);
    },
    TEST_MS,
  );

  test.each([
    [['doctor'], { PORT: 'eighty' }, 1, 'PORT must be a whole number'],
    [['--help'], {}, 0, 'spillway serve'],
    [[], {}, 2, 'spillway serve'],
    [['serf'], {}, 2, 'There is no command "serf"'],
    [['serve', 'now'], {}, 2, 'There is no command "serve now"'],
  ])('%j with %j ends with %d and says: %s', async (args, variables: Record<string, string>, code, text) => {
    const ended = await runBinary(dir, args, variables);
    expect([ended.code, ended.output]).toEqual([code, expect.stringContaining(text)]);
  });

  test('carries the KafkaJS that is patched', async () => {
    // A function that only the patch has.
    const program = Buffer.from(await Bun.file(await binary()).arrayBuffer());
    expect(program.includes('timestampRange')).toBe(true);
  });
});
