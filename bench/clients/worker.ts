import { BackfillWorker } from '../../src/backfill/worker.ts';
import { RedisStore } from '../../src/drivers/store/redis.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { openKafkaJs } from '../../test/support/open-kafkajs.ts';
import { BACKLOG, BenchList } from '../backlog.ts';
import type { Connect } from '../client.ts';

const SILENT = { debug() {}, info() {}, warning() {}, error() {} };

/** Spillway's own worker, on its own drivers. */
export const connect: Connect = ({ brokers, topic, redisUrl }) => {
  const publisher = openKafkaJs(brokers.join(','), { probeTopic: topic, timeoutMs: 10_000 });
  const store = new RedisStore(redisUrl);
  const backlog = new BenchList(redisUrl, topic);
  return Promise.resolve({
    fill: () => backlog.fill(),
    async drain() {
      const worker = new BackfillWorker({
        publisher,
        list: store.list,
        clock: systemClock,
        log: SILENT,
        maxAgeMs: Infinity,
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
};
