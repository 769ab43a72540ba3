import type { Admission, Ask, Gate, Hold } from '../ports/gate.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Guard } from './store-guard.ts';

/**
 * Admission gate behind a circuit breaker (decorator). While the circuit is open every verb is refused at
 * once.
 */
export class GuardedGate implements Gate {
  readonly #inner: Gate;
  readonly #guard: Guard;

  constructor(inner: Gate, guard: Guard) {
    this.#inner = inner;
    this.#guard = guard;
  }

  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    return this.#guard(
      () => this.#inner.admit(asks),
      (admissions) => admissions.some(({ kind }) => kind === 'admitted'),
    );
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return this.#guard(
      () => this.#inner.release(holds),
      () => false,
    );
  }
}
