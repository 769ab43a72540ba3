import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { type ScheduleFlush, Batcher } from './batcher.ts';
import { ORDER } from '../scripts/keys.ts';

/** Order keys in one command. */
const MOST_TOGETHER = 1000;

/** Batched reads of the order keys' counts: one HMGET for each turn of the event loop. */
export class RedisOrder {
  readonly #batcher: Batcher<readonly string[], StoreReply<readonly boolean[]>>;

  constructor(attempt: Attempt, scheduleFlush?: ScheduleFlush) {
    this.#batcher = new Batcher((asks) => askAll(attempt, asks), MOST_TOGETHER, scheduleFlush);
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    if (orderKeys.length === 0) return Promise.resolve({ kind: 'done', value: [] });
    return this.#batcher.do(orderKeys, orderKeys.length);
  }
}

async function askAll(
  attempt: Attempt,
  asks: readonly (readonly string[])[],
): Promise<StoreReply<readonly boolean[]>[]> {
  const reply = await attempt(async (send) => (await send('HMGET', ORDER, ...asks.flat())) as unknown[]);
  if (reply.kind === 'failed') return asks.map(() => reply);
  const call = {};
  let from = 0;
  return asks.map(({ length }) => {
    const counts = reply.value.slice(from, (from += length));
    return { kind: 'done', value: counts.map((count) => count !== null), call };
  });
}
