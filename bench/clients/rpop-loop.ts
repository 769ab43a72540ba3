import { fromEntry } from '../../src/message/entry.ts';
import { QUEUE } from '../../src/drivers/store/redis/scripts/keys.ts';
import { BenchList } from '../backlog.ts';
import type { Connect } from '../client.ts';
import { toKafkaJs } from '../records.ts';
import { plainProducer } from './kafkajs.ts';

/** The loop that is often written: one RPOP, one send(), and what a crash takes along is lost. */
export const connect: Connect = async ({ brokers, topic, redisUrl }) => {
  const producer = await plainProducer(brokers);
  const backlog = new BenchList(redisUrl, topic);
  return {
    fill: () => backlog.fill(),
    async drain(ms) {
      const end = performance.now() + ms;
      let drained = 0;
      for (; performance.now() < end; drained++) {
        const entry = await backlog.redis.rpop(QUEUE);
        const message = entry === null ? undefined : fromEntry(entry);
        if (!message) break;
        await producer.send({ topic, acks: -1, messages: [toKafkaJs(message)] });
      }
      return drained;
    },
  };
};
