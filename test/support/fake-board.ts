import type { Board } from '../../src/ports/board.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';

type NotDone = Exclude<StoreReply<never>, { kind: 'done' }>;

/** A board in memory, on which nothing ends by itself; while there is a fault, that is every answer. */
export class FakeBoard implements Board {
  readonly texts = new Map<string, string>();
  /** For how long each was posted. */
  readonly ttls = new Map<string, number>();
  readonly prolonged: string[] = [];
  readonly #fault: () => NotDone | undefined;

  constructor(fault: () => NotDone | undefined = () => undefined) {
    this.#fault = fault;
  }

  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>> {
    return this.#reply(() => names.map((name) => this.texts.get(name)));
  }

  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>> {
    return this.#reply(() => {
      this.texts.set(name, text);
      this.ttls.set(name, ttlMs);
    });
  }

  prolong(name: string): Promise<StoreReply<void>> {
    return this.#reply(() => void this.prolonged.push(name));
  }

  remove(name: string): Promise<StoreReply<void>> {
    return this.#reply(() => void this.texts.delete(name));
  }

  #reply<T>(verb: () => T): Promise<StoreReply<T>> {
    return Promise.resolve(this.#fault() ?? { kind: 'done', value: verb() });
  }
}
