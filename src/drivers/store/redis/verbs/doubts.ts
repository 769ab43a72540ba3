import type { Doubts, ResolvedDoubt } from '../../../../ports/doubts.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import { DOUBTS } from '../scripts/keys.ts';
import type { Attempt } from './attempt.ts';

/** Longer than an outage; renewed with each mark. Marks of entries that left the list meanwhile end by it. */
const TTL_SECONDS = 7 * 86_400;

/** Marks of messages parked in doubt: a hash from token to 1 for published, 0 for failed. */
export class RedisDoubts implements Doubts {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  resolveDoubts(resolved: readonly ResolvedDoubt[]): Promise<StoreReply<void>> {
    const marks = resolved.flatMap(({ token, isPublished }) => [token, isPublished ? '1' : '0']);
    return this.#attempt(async (send) => {
      await Promise.all([send('HSET', DOUBTS, ...marks), send('EXPIRE', DOUBTS, TTL_SECONDS)]);
    });
  }

  doubts(tokens: readonly string[]): Promise<StoreReply<readonly (boolean | undefined)[]>> {
    return this.#attempt(async (send) => {
      const marks = (await send('HMGET', DOUBTS, ...tokens)) as (string | null)[];
      return marks.map((mark) => (mark === null ? undefined : mark === '1'));
    });
  }

  /** Deletes marks whose entries have left the list; one that stays ends by its time. */
  forget(tokens: readonly string[]): void {
    if (tokens.length > 0) void this.#attempt((send) => send('HDEL', DOUBTS, ...tokens));
  }
}
