import { BackfillWorker } from '../../src/backfill/worker.ts';
import { RedisStore } from '../../src/drivers/store/redis/native/store.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { openKafkaJs } from '../../test/support/kafka/open-kafkajs.ts';
import { BACKLOG, BenchList } from '../backlog.ts';
import type { Client, Connect, Services } from '../client.ts';
import { SILENT } from '../silent.ts';

/** Spillway's own worker, on its own drivers. */
export const connect: Connect = (services) => connectWorker(services, { ordered: false });

/** A worker, and a backlog of messages with keys of their own, or all with the same. */
export function connectWorker(
  { brokers, topic, redisUrl }: Services,
  { ordered, key }: { ordered: boolean; key?: string },
): Promise<Client> {
  const publisher = openKafkaJs(brokers.join(','), { probeTopic: topic, timeoutMs: 10_000 });
  const store = new RedisStore(redisUrl);
  const backlog = new BenchList(redisUrl, topic, key);
  return Promise.resolve({
    fill: () => backlog.fill(),
    async drain() {
      const worker = new BackfillWorker({
        publisher,
        list: store.list,
        clock: systemClock,
        log: SILENT,
        maxAgeMs: Infinity,
        ordered,
        publishTimeoutMs: 10_000,
        record() {},
        mayPublish: () => true,
        liveCount: () => 0,
      });
      worker.start();
      for (;;) {
        const reply = await store.list.backlog();
        if (reply.kind === 'done' && reply.value.waiting + reply.value.claimed === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      void worker.stop();
      return BACKLOG;
    },
  });
}
