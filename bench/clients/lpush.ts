import { Redis } from 'ioredis';
import { toEntry } from '../../src/message/entry.ts';
import type { Connect } from '../client.ts';
import { makeMessages, nth } from '../records.ts';

const KEY = 'bench:lpush';

/** ioredis alone, which sends the commands of one turn of the event loop together. */
export const connect: Connect = ({ topic, redisUrl }) => {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const entries = makeMessages(topic).map((message) => toEntry(message));
  return Promise.resolve({
    async one(n) {
      await redis.lpush(KEY, nth(entries, n));
    },
    async clear() {
      await redis.unlink(KEY);
    },
  });
};
