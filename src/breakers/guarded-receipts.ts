import type { KeptReceipt, Receipts } from '../ports/receipts.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Guard } from './store-guard.ts';

/** Receipts behind a circuit breaker (decorator). While the circuit is open every verb is refused at once. */
export class GuardedReceipts implements Receipts {
  readonly #inner: Receipts;
  readonly #guard: Guard;

  constructor(inner: Receipts, guard: Guard) {
    this.#inner = inner;
    this.#guard = guard;
  }

  save(receipts: readonly KeptReceipt[], ttlMs: number): Promise<StoreReply<void>> {
    return this.#guard(
      () => this.#inner.save(receipts, ttlMs),
      () => receipts.length > 0,
    );
  }

  read(id: string): Promise<StoreReply<KeptReceipt | undefined>> {
    return this.#guard(() => this.#inner.read(id), 'read');
  }
}
