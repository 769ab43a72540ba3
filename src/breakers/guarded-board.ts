import type { Board } from '../ports/board.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Guard } from './guarded-list.ts';

/** A board behind a circuit: while it is open every verb is refused at once. */
export class GuardedBoard implements Board {
  readonly #inner: Board;
  readonly #guard: Guard;

  constructor(inner: Board, guard: Guard) {
    this.#inner = inner;
    this.#guard = guard;
  }

  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>> {
    return this.#guard(() => this.#inner.read(names));
  }

  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>> {
    return this.#guard(() => this.#inner.post(name, text, ttlMs));
  }

  prolong(name: string, ttlMs: number): Promise<StoreReply<void>> {
    return this.#guard(() => this.#inner.prolong(name, ttlMs));
  }

  remove(name: string): Promise<StoreReply<void>> {
    return this.#guard(() => this.#inner.remove(name));
  }
}
