import { Redis } from 'ioredis';
import { toEntry } from '../src/message/entry.ts';
import { QUEUE } from '../src/drivers/store/redis/scripts/keys.ts';
import { inBatches, makeMessages } from './records.ts';

/** How many messages wait when a drain begins. */
export const BACKLOG = 50_000;

/** The fallback list as operators see it: filled by plain commands, and looked at. */
export class BenchList {
  readonly redis: Redis;
  readonly #batches: string[][];

  /** `key`: the one of all messages, instead of one for each. */
  constructor(redisUrl: string, topic: string, key?: string) {
    this.redis = new Redis(redisUrl);
    const messages = makeMessages(topic, key);
    this.#batches = inBatches(messages.map((message) => toEntry(message)));
  }

  async fill(): Promise<void> {
    await this.redis.unlink(QUEUE);
    for (let batch = 0; (await this.redis.llen(QUEUE)) < BACKLOG; batch++) {
      await this.redis.lpush(QUEUE, ...(this.#batches[batch % this.#batches.length] ?? []));
    }
  }
}
