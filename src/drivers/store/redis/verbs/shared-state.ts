import type { SharedState } from '../../../../ports/shared-state.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { BOARD } from '../scripts/keys.ts';

/** Shared state in Redis, a key with a TTL for each text. */
export class RedisSharedState implements SharedState {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>> {
    return this.#attempt(async (send) => {
      const texts = (await send('MGET', ...names.map((name) => BOARD + name))) as (string | null)[];
      return texts.map((text) => text ?? undefined);
    });
  }

  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => void (await send('SET', BOARD + name, text, 'PX', ttlMs)));
  }

  prolong(name: string, ttlMs: number): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => void (await send('PEXPIRE', BOARD + name, ttlMs)));
  }

  remove(name: string): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => void (await send('DEL', BOARD + name)));
  }
}
