import { expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { RedisStore } from '../../src/drivers/store/redis/native/store.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { RestProxy } from '../support/kafka/rest-proxy/server.ts';
import { redpandaProxy } from '../support/kafka/rest-proxy/redpanda.ts';
import { describeReal, ownKafka, ownRedis } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';

const TEST_MS = 120_000;
const PARKED = 1500;
const ALLOWED = 1000;

describeReal('the schedule of a Worker', ['kafka', 'redis', 'workerd'], () => {
  test(
    'makes no more calls than Workers allow, whatever waits, and settles all that it publishes',
    async () => {
      const [kafka, redis] = await Promise.all([ownKafka(), ownRedis()]);
      const proxy = await RestProxy.start(redpandaProxy, kafka.brokers);
      const upstash = await UpstashServer.start(redis.url);
      const store = new RedisStore(redis.url);
      const topic = 'messages';
      await kafka.createTopic(topic);
      const ids = Array.from({ length: PARKED }, (_, index) => `m${index}`);
      await store.list.park(ids.map((id) => toEntry(aMessage({ id, key: id, topic }), Date.now())));
      const service = await startSpillway(
        {
          KAFKA_REST_URL: proxy.url,
          KAFKA_REST_DIALECT: 'redpanda',
          UPSTASH_REDIS_REST_URL: upstash.url,
          UPSTASH_REDIS_REST_TOKEN: upstash.token,
        },
        { runtime: 'workerd' },
      );
      const before = proxy.seen.length + upstash.seen.length;
      await fetch(`${service.url}/cdn-cgi/handler/scheduled`);
      const made = proxy.seen.length + upstash.seen.length - before;
      const written = proxy.posts.length;
      console.log(`${made} calls, ${written} messages`);
      expect(made).toBeLessThanOrEqual(ALLOWED);
      expect(written).toBeGreaterThan(PARKED / 3);
      const left = { waiting: PARKED - written, claimed: 0, dead: 0 };
      expect(await store.list.backlog()).toEqual({ kind: 'done', value: left });
      await service.end('SIGTERM');
      await Promise.all([store.close(), proxy.stop(), upstash.stop()]);
      await Promise.all([kafka.stop(), redis.stop()]);
    },
    TEST_MS,
  );
});
