import { expect, test } from 'bun:test';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { startSpillway, switchKafka } from '../support/process/spillway.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';
import { until } from '../support/process/wait.ts';

describeReal('The service and a Redis behind REST', ['redis', ...PROCESSES], () => {
  test.each(PROCESSES)(
    'queues while Kafka fails, drains after it, and the token is in no log: %s',
    async (runtime) => {
      const redis = await ownRedis();
      const server = await UpstashServer.start(redis.url);
      const variables = {
        UPSTASH_REDIS_REST_URL: server.url,
        UPSTASH_REDIS_REST_TOKEN: server.token,
        KAFKA_BREAKER_RESET_TIMEOUT: '0.3',
      };
      const service = await startSpillway(variables, { runtime });
      await switchKafka(service, 'fail');
      for (let count = 0; count < 6; count++)
        expect(await (await service.post({ value: count })).json()).toMatchObject({ status: 'queued' });
      expect(await redis.client().llen('fallback:message_queue')).toBe(6);
      await switchKafka(service, 'recover');
      const left = () => redis.client().keys('*fallback:message_queue*');
      await until('the list is empty', async () => (await left()).length === 0);
      expect(await service.end('SIGTERM')).toBe(0);
      expect(service.output()).toContain(`redis=${new URL(server.url).host}`);
      expect(service.output()).not.toContain(server.token);
      await server.stop();
      await redis.stop();
    },
    30_000,
  );
});
