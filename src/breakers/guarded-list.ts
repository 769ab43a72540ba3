import type { DeadLetter, OrderKeyOf, WhichLetters } from '../ports/dead-letters.ts';
import type {
  Backlog,
  Bounds,
  ClaimRequest,
  FallbackList,
  Parked,
  Reaped,
  Verdict,
} from '../ports/fallback-list.ts';
import type { StoreReply } from '../ports/store-reply.ts';

/** Runs a verb where the circuit allows it. */
export type Guard = <T>(verb: () => Promise<StoreReply<T>>) => Promise<StoreReply<T>>;

/** A fallback list behind a circuit: while it is open every verb is refused at once. */
export class GuardedList implements FallbackList {
  readonly #inner: FallbackList;
  readonly #guard: Guard;

  constructor(inner: FallbackList, guard: Guard) {
    this.#inner = inner;
    this.#guard = guard;
  }

  park(
    entries: readonly string[],
    bounds?: Bounds,
    orderKeys?: readonly (string | undefined)[],
  ): Promise<StoreReply<Parked>> {
    return this.#guard(() => this.#inner.park(entries, bounds, orderKeys));
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#guard(() => this.#inner.parkedKeys(orderKeys));
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    return this.#guard(() => this.#inner.claim(request));
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    return this.#guard(() => this.#inner.renew(batch, leaseMs));
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    return this.#guard(() => this.#inner.settle(batch, verdicts));
  }

  reap(): Promise<StoreReply<Reaped>> {
    return this.#guard(() => this.#inner.reap());
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#guard(() => this.#inner.backlog());
  }

  deadLetters(page: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>> {
    return this.#guard(() => this.#inner.deadLetters(page));
  }

  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>> {
    return this.#guard(() => this.#inner.requeue(which, orderKeyOf));
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#guard(() => this.#inner.discard(which));
  }
}
