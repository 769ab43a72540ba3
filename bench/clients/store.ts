import { toEntry } from '../../src/message/entry.ts';
import { RedisStore } from '../../src/drivers/store/redis/native/store.ts';
import { QUEUE } from '../../src/drivers/store/redis/scripts/keys.ts';
import { Redis } from 'ioredis';
import type { Connect } from '../client.ts';
import { makeMessages, nth } from '../records.ts';

/** Spillway's own way to the fallback list. */
export const connect: Connect = ({ topic, redisUrl }) => {
  const { list } = new RedisStore(redisUrl);
  const redis = new Redis(redisUrl);
  const entries = makeMessages(topic).map((message) => toEntry(message));
  return Promise.resolve({
    async one(n) {
      const reply = await list.park([nth(entries, n)]);
      if (reply.kind !== 'done') throw new Error(`Not parked: ${reply.kind}`);
    },
    async clear() {
      await redis.unlink(QUEUE);
    },
  });
};
