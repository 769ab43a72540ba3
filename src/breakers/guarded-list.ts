import type { ResolvedDoubt } from '../ports/doubts.ts';
import type { DeadLetter, OrderKeyOf, WhichLetters } from '../ports/dead-letters.ts';
import type {
  Backlog,
  Bounds,
  ClaimRequest,
  FallbackList,
  Parked,
  PoisonRule,
  Reaped,
  Settlement,
} from '../ports/fallback-list.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Guard } from './store-guard.ts';

/**
 * Fallback list behind a circuit breaker (decorator). While the circuit is open every verb is refused at
 * once.
 */
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
    return this.#guard(
      () => this.#inner.park(entries, bounds, orderKeys),
      entries.length === 0 ? 'read' : (parked) => parked === 'parked',
    );
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#guard(() => this.#inner.parkedKeys(orderKeys), 'read');
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    return this.#guard(() => this.#inner.claim(request), isSome);
  }

  resolveDoubts(resolved: readonly ResolvedDoubt[]): Promise<StoreReply<void>> {
    return this.#guard(() => this.#inner.resolveDoubts(resolved), always);
  }

  doubts(tokens: readonly string[]): Promise<StoreReply<readonly (boolean | undefined)[]>> {
    return this.#guard(() => this.#inner.doubts(tokens), 'read');
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    return this.#guard(() => this.#inner.renew(batch, leaseMs), isTrue);
  }

  settle(batch: string, verdicts: readonly Settlement[]): Promise<StoreReply<boolean>> {
    return this.#guard(() => this.#inner.settle(batch, verdicts), isTrue);
  }

  reap(rule: PoisonRule): Promise<StoreReply<Reaped>> {
    return this.#guard(
      () => this.#inner.reap(rule),
      ({ returned, dead }) => returned + dead > 0,
    );
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#guard(() => this.#inner.backlog(), 'read');
  }

  deadLetters(page: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>> {
    return this.#guard(() => this.#inner.deadLetters(page), 'read');
  }

  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>> {
    return this.#guard(() => this.#inner.requeue(which, orderKeyOf), isAny);
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#guard(() => this.#inner.discard(which), isAny);
  }
}

const isSome = (entries: readonly string[]) => entries.length > 0;
const isAny = (count: number) => count > 0;
const always = () => true;
const isTrue = (done: boolean) => done;
