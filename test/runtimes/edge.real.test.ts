import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { KafkaService } from '../support/kafka/service.ts';
import type { RedisService } from '../support/redis/service.ts';
import { describeReal, ownKafka, ownRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';
import { Stage, stateOf } from './stage.ts';
import { Traffic } from './traffic.ts';

const TEST_MS = 120_000;
let services: Promise<[KafkaService, RedisService]> | undefined;

afterAll(async () => {
  for (const service of (await services) ?? []) await service.stop();
});

/** A stage of one set-up, before the Kafka and the Redis that both use in turn. */
function onStage(runtime: 'workerd' | 'object', play: (stage: () => Stage) => void): void {
  describeReal(`on the edge, ${runtime}`, ['kafka', 'redis', runtime], () => {
    let stage: Stage;
    beforeAll(async () => {
      services ??= Promise.all([ownKafka(), ownRedis()]);
      stage = await Stage.set(runtime, ...(await services));
    }, TEST_MS);
    afterAll(() => stage.stop());
    play(() => stage);
  });
}

async function drained(stage: Stage, service: Spillway): Promise<void> {
  await until('the circuit is closed and the list empty', async () => {
    await stage.tick(service);
    const { circuit, waiting } = await stateOf(service);
    return circuit === 0 && waiting === 0;
  });
}

/** Posts until the circuit is open; answers the ids of what was parked. */
async function parkSome(service: Spillway, prefix: string): Promise<string[]> {
  const ids = Array.from({ length: 5 }, (_, index) => `${prefix}-${index}`);
  for (const id of ids) {
    const response = await service.post({ id, value: 1 });
    expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
  }
  await until('the circuit has opened', async () => (await stateOf(service)).circuit === 1);
  return ids;
}

for (const runtime of ['workerd', 'object'] as const) {
  onStage(runtime, (stage) => {
    test(
      'under load nothing that was accepted is lost while Kafka, and the way to it, is killed and comes back',
      async () => {
        const service = await stage().start();
        const traffic = new Traffic(service);
        await until('messages reach Kafka', () => traffic.published.size > 50);
        await stage().kafka.kill();
        await (await stage().proxies())?.kafka.down();
        await until('messages are parked', () => traffic.queued.size > 100);
        await stage().kafka.start();
        await (await stage().proxies())?.kafka.up();
        const before = traffic.published.size;
        await until('messages reach Kafka again', async () => {
          await stage().tick(service);
          return traffic.published.size > before + 50;
        });
        await traffic.stop();
        await drained(stage(), service);
        const written = await stage().ids();
        expect(traffic.accepted.filter((id) => !written.has(id))).toEqual([]);
        expect(traffic.unexpected).toEqual([]);
        await stage().end(service);
      },
      TEST_MS,
    );

    test(
      'a client that goes away takes nothing with it: neither its own message nor those of others',
      async () => {
        // So that the message is still on its way when its client leaves.
        const service = await stage().start({ KAFKA_BREAKER_FAIL_MAX: '1', FALLBACK_AFTER_MS: '0' });
        await service.post({ value: 'first' });
        await stage().kafka.pause();
        try {
          const leave = new AbortController();
          const gone = post(service, 'gone', leave.signal).catch(() => 'gone');
          await Bun.sleep(200);
          const others = ['other-1', 'other-2', 'other-3'].map((id) => post(service, id));
          leave.abort();
          expect(await gone).toBe('gone');
          for (const response of await Promise.all(others)) expect(response.status).toBe(202);
        } finally {
          await stage().kafka.resume();
        }
        await drained(stage(), service);
        const written = await stage().ids();
        for (const id of ['gone', 'other-1', 'other-2', 'other-3']) expect(written).toContain(id);
        expect((await service.post({ value: 'last' })).status).toBe(202);
        await stage().end(service);
      },
      TEST_MS,
    );

    test(
      'settings that are wrong are answered with 503, and named in the log',
      async () => {
        const service = await startSpillway({ KAFKA_BREAKER_FAIL_MAX: 'many' }, { runtime });
        const response = await service.post({ value: 1 });
        expect([response.status, response.headers.get('Content-Type')]).toEqual([
          503,
          'application/problem+json',
        ]);
        await until('the log names it', () => service.output().includes('KAFKA_BREAKER_FAIL_MAX must be'));
        await service.end('SIGTERM');
      },
      TEST_MS,
    );

    test(
      'settings that have no use here are named, with those that have',
      async () => {
        const service = await startSpillway({ REDIS_URL: 'redis://127.0.0.1:1' }, { runtime });
        expect((await service.post({ value: 1 })).status).toBe(503);
        await until('the log names them', () => /REDIS_URL .*no use here/.test(service.output()));
        expect(service.output()).toContain(
          runtime === 'object' ? 'KAFKA_BROKERS must' : 'KAFKA_REST_URL must',
        );
        await service.end('SIGTERM');
      },
      TEST_MS,
    );
  });
}

onStage('object', (stage) => {
  test(
    'an object that was killed drains what it had parked once it is back, though nobody asks for it',
    async () => {
      const { path: dir } = tempDir();
      const service = await stage().start({}, { dir });
      await stage().kafka.kill();
      const ids = await parkSome(service, 'kept').finally(() => service.end('SIGKILL'));
      await stage().kafka.start();
      const next = await stage().start({}, { dir });
      await until('all are in the topic', async () => {
        const written = await stage().ids();
        return ids.every((id) => written.has(id));
      });
      await stage().end(next);
    },
    TEST_MS,
  );
});

onStage('workerd', (stage) => {
  test(
    'a new isolate begins in the outage that another one has found, and ends it for all by its schedule',
    async () => {
      const sharing = { CIRCUIT_SHARING: 'on', DEDUP_TTL_SECONDS: '0', KAFKA_BREAKER_RESET_TIMEOUT: '3600' };
      const one = await stage().start(sharing);
      await stage().kafka.kill();
      const ids = await parkSome(one, 'shared');
      const { kafka: proxy } = (await stage().proxies())!;
      const other = await stage().start(sharing);
      const asked = proxy.posts.length;
      const response = await other.post({ id: 'from-the-new-one', value: 1 });
      expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
      expect(proxy.posts.length).toBe(asked);
      await other.end('SIGTERM');

      await stage().kafka.start();
      const third = await stage().start(sharing);
      await stage().tick(third);
      expect(await stateOf(third)).toEqual({ circuit: 0, waiting: 0 });
      const written = await stage().ids();
      for (const id of [...ids, 'from-the-new-one']) expect(written).toContain(id);
      await until('the first isolate publishes again', async () => {
        const { status } = (await (await one.post({ value: 1 })).json()) as { status: string };
        return status === 'published';
      });
      for (const service of [one, third]) await stage().end(service);
    },
    TEST_MS,
  );
});

function post({ url }: Spillway, id: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, value: 1 }),
    ...(signal && { signal }),
  });
}
