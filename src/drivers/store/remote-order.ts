import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import type { Gathering } from './gathering.ts';
import { ORDER } from './scripts/keys.ts';
import { Turn } from './turn.ts';

/** Order keys that share a command. */
const MOST_TOGETHER = 1000;

/** The counts of order keys in a Redis: one command for all who ask in a turn of the event loop. */
export class RemoteOrder {
  readonly #turn: Turn<readonly string[], StoreReply<readonly boolean[]>>;

  constructor(attempt: Attempt, gathering?: Gathering) {
    this.#turn = new Turn((asks) => askAll(attempt, asks), MOST_TOGETHER, gathering);
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    if (orderKeys.length === 0) return Promise.resolve({ kind: 'done', value: [] });
    return this.#turn.do(orderKeys, orderKeys.length);
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
