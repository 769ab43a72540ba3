import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../ports/dead-letters.ts';
import {
  ALONE_AFTER,
  type Backlog,
  type Bounds,
  type ClaimRequest,
  type FallbackList,
  MAX_ATTEMPTS,
  type Parked,
  POISON,
  type Reaped,
  type Verdict,
} from '../../ports/fallback-list.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import type { Gathering } from './gathering.ts';
import { joined, type Load } from './load.ts';
import { readLetters, requeueInOrder, takeLetters } from './remote-dead-letters.ts';
import { RemoteOrder } from './remote-order.ts';
import { BACKLOG } from './scripts/backlog.ts';
import { CLAIM } from './scripts/claim.ts';
import { ATTEMPTS, DEAD, LEASES, ORDER, PENDING, QUEUE, SIZE } from './scripts/keys.ts';
import { PARK } from './scripts/park.ts';
import { REAP } from './scripts/reap.ts';
import { RENEW } from './scripts/renew.ts';
import { runScript } from './scripts/script.ts';
import { SETTLE } from './scripts/settle.ts';
import { Turn } from './turn.ts';

const NO_BOUNDS: Bounds = {};

/** The fallback list in a Redis, whatever way its commands take. */
export class RemoteList implements FallbackList {
  readonly #attempt: Attempt;
  readonly #order: RemoteOrder;
  /** Who parks within the same bounds, as all requests of a service do, shares a command. */
  readonly #turns = new WeakMap<Bounds, Turn<Load, StoreReply<Parked>>>();

  readonly #mostTogether: number;
  readonly #gathering: Gathering | undefined;

  /** `mostTogether`: UTF-16 units that share a command. It is through in a moment, and no more is lost with its answer. */
  constructor(attempt: Attempt, mostTogether = 200_000, gathering?: Gathering) {
    this.#attempt = attempt;
    this.#mostTogether = mostTogether;
    this.#gathering = gathering;
    this.#order = new RemoteOrder(attempt, gathering);
  }

  async park(
    entries: readonly string[],
    bounds: Bounds = NO_BOUNDS,
    orderKeys: readonly (string | undefined)[] = [],
  ): Promise<StoreReply<Parked>> {
    if (entries.length === 0) return this.push({ entries, orderKeys }, bounds);
    let turn = this.#turns.get(bounds);
    if (!turn) {
      turn = new Turn((calls) => this.#pushAll(calls, bounds), this.#mostTogether, this.#gathering);
      this.#turns.set(bounds, turn);
    }
    return turn.do(
      { entries, orderKeys },
      entries.reduce((sum, { length }) => sum + length, 0),
    );
  }

  /** Parks at once, by a command of its own. */
  protected push(
    { entries, orderKeys }: Load,
    { maxLength = 0, maxBytes = 0 }: Bounds,
  ): Promise<StoreReply<Parked>> {
    return this.#attempt(async (send) => {
      const isOrdered = orderKeys.some((orderKey) => orderKey !== undefined);
      if (maxLength > 0 || maxBytes > 0 || isOrdered) {
        const keys = [QUEUE, LEASES, SIZE, ...(isOrdered ? [ORDER] : [])];
        const counted = isOrdered ? entries.map((_, index) => orderKeys[index] ?? '') : [];
        const args = [PENDING, maxLength, maxBytes, ...entries, ...counted];
        return (await runScript(send, PARK, keys, args)) === 1 ? 'parked' : 'full';
      }
      if (entries.length > 0) await send('LPUSH', QUEUE, ...entries);
      return 'parked';
    });
  }

  /** Where not all have room, each call is parked for itself, as long as there is room. */
  async #pushAll(calls: readonly Load[], bounds: Bounds): Promise<StoreReply<Parked>[]> {
    const reply = await this.push(joined(calls), bounds);
    if (calls.length === 1) return [reply];
    if (reply.kind === 'done' && reply.value === 'full')
      return Promise.all(calls.map((load) => this.push(load, bounds)));
    const call = {};
    return calls.map(() => ({ ...reply, call }));
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#order.parkedKeys(orderKeys);
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    const { batch, maxCount, maxBytes, leaseMs, exclusive } = request;
    const keys = [QUEUE, PENDING + batch, LEASES, ATTEMPTS];
    const args = [batch, maxCount, maxBytes, leaseMs, ALONE_AFTER, ...(exclusive ? [1] : [])];
    return this.#attempt(async (send) => (await runScript(send, CLAIM, keys, args)) as string[]);
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    return this.#attempt(async (send) => (await runScript(send, RENEW, [LEASES], [batch, leaseMs])) === 1);
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    const orderKeys = verdicts.map((verdict) => ('orderKey' in verdict ? verdict.orderKey : undefined) ?? '');
    const isOrdered = orderKeys.some((orderKey) => orderKey !== '');
    const keys = [QUEUE, PENDING + batch, LEASES, DEAD, SIZE, ATTEMPTS, ...(isOrdered ? [ORDER] : [])];
    const letters = verdicts.map(({ kind }) => LETTERS[kind]).join('');
    const reasons = verdicts.flatMap((verdict) => (verdict.kind === 'dead' ? [verdict.reason] : []));
    const args = [batch, PENDING, letters, ...reasons, ...(isOrdered ? orderKeys : [])];
    return this.#attempt(async (send) => (await runScript(send, SETTLE, keys, args)) === 1);
  }

  reap(): Promise<StoreReply<Reaped>> {
    return this.#attempt(async (send) => {
      const keys = [QUEUE, LEASES, DEAD, SIZE, ATTEMPTS];
      const counts = (await runScript(send, REAP, keys, [PENDING, MAX_ATTEMPTS, POISON])) as number[];
      const [returned = 0, dead = 0] = counts;
      return { returned, dead };
    });
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#attempt(async (send) => {
      const counts = (await runScript(send, BACKLOG, [QUEUE, LEASES, DEAD], [PENDING])) as number[];
      const [waiting = 0, claimed = 0, dead = 0] = counts;
      return { waiting, claimed, dead };
    });
  }

  deadLetters(page: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>> {
    return this.#attempt((send) => readLetters(send, page.after, page.limit));
  }

  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>> {
    return this.#attempt((send) =>
      orderKeyOf ? requeueInOrder(send, which, orderKeyOf) : takeLetters(send, which, 'list'),
    );
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#attempt((send) => takeLetters(send, which, 'nowhere'));
  }
}

const LETTERS: Record<Verdict['kind'], string> = { done: 'd', return: 'r', defer: 'f', dead: 'x' };
