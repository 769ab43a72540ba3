import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../../../ports/dead-letters.ts';
import {
  type Backlog,
  type Bounds,
  type ClaimRequest,
  type FallbackList,
  type Parked,
  type PoisonRule,
  type Reaped,
  type Settlement,
} from '../../../../ports/fallback-list.ts';
import type { ResolvedDoubt } from '../../../../ports/doubts.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { type ScheduleFlush, Batcher } from './batcher.ts';
import { ProbeSize } from './probe-size.ts';
import { joinRequests, type ParkRequest } from './park-request.ts';
import { type Progress, readLetters, requeueInOrder, takeLetters } from './dead-letters.ts';
import { RedisDoubts } from './doubts.ts';
import { RedisOrder } from './order.ts';
import { BACKLOG } from '../scripts/backlog.ts';
import { CLAIM } from '../scripts/claim.ts';
import { ATTEMPTS, DEAD, LEASES, ORDER, PENDING, QUEUE, SIZE } from '../scripts/keys.ts';
import { PARK } from '../scripts/park.ts';
import { REAP } from '../scripts/reap.ts';
import { RENEW } from '../scripts/renew.ts';
import { runScript, type Send } from '../scripts/script.ts';
import { SETTLE } from '../scripts/settle.ts';

const NO_BOUNDS: Bounds = {};

/** An attempt count that no entry reaches. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Fallback list in Redis, over any transport. */
export class RedisList implements FallbackList {
  /** Size of a probe that tells whether there is room to park. */
  readonly probeSize = new ProbeSize();
  readonly #attempt: Attempt;
  readonly #order: RedisOrder;
  readonly #doubts: RedisDoubts;
  /** A batcher for each `Bounds` object: all requests of a service pass the same one, and share commands. */
  readonly #batchers = new WeakMap<Bounds, Batcher<ParkRequest, StoreReply<Parked>>>();

  readonly #mostTogether: number;
  readonly #scheduleFlush: ScheduleFlush | undefined;

  /**
   * `mostTogether`: batch limit in UTF-16 units. A small batch is fast, and little is in doubt if its reply
   * is lost.
   */
  constructor(attempt: Attempt, mostTogether = 200_000, scheduleFlush?: ScheduleFlush) {
    this.#attempt = attempt;
    this.#mostTogether = mostTogether;
    this.#scheduleFlush = scheduleFlush;
    this.#order = new RedisOrder(attempt, scheduleFlush);
    this.#doubts = new RedisDoubts(attempt);
  }

  async park(
    entries: readonly string[],
    bounds: Bounds = NO_BOUNDS,
    orderKeys: readonly (string | undefined)[] = [],
  ): Promise<StoreReply<Parked>> {
    if (entries.length === 0) return this.push({ entries, orderKeys }, bounds);
    let batcher = this.#batchers.get(bounds);
    if (!batcher) {
      batcher = new Batcher((calls) => this.#pushAll(calls, bounds), this.#mostTogether, this.#scheduleFlush);
      this.#batchers.set(bounds, batcher);
    }
    return batcher.do(
      { entries, orderKeys },
      entries.reduce((sum, { length }) => sum + length, 0),
    );
  }

  /** Parks in a command of its own. */
  protected async push(
    { entries, orderKeys }: ParkRequest,
    { maxLength = 0, maxBytes = 0 }: Bounds,
  ): Promise<StoreReply<Parked>> {
    const reply = await this.#attempt<Parked>(async (send) => {
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
    if (reply.kind === 'failed') this.probeSize.failed(reply.reason, entries);
    return reply;
  }

  /**
   * Group commit of many callers. If there is no room for all, each is parked on its own while there is room.
   */
  async #pushAll(calls: readonly ParkRequest[], bounds: Bounds): Promise<StoreReply<Parked>[]> {
    const reply = await this.push(joinRequests(calls), bounds);
    if (calls.length === 1) return [reply];
    if (reply.kind === 'done' && reply.value === 'full')
      return Promise.all(calls.map((request) => this.push(request, bounds)));
    const call = {};
    return calls.map(() => ({ ...reply, call }));
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#order.parkedKeys(orderKeys);
  }

  resolveDoubts(resolved: readonly ResolvedDoubt[]): Promise<StoreReply<void>> {
    return this.#doubts.resolveDoubts(resolved);
  }

  doubts(tokens: readonly string[]): Promise<StoreReply<readonly (boolean | undefined)[]>> {
    return this.#doubts.doubts(tokens);
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    const { batch, maxCount, maxBytes, leaseMs, aloneAfter = NEVER, exclusive } = request;
    const keys = [QUEUE, PENDING + batch, LEASES, ATTEMPTS];
    const args = [batch, maxCount, maxBytes, leaseMs, aloneAfter, ...(exclusive ? [1] : [])];
    return this.#attempt(async (send) => (await runScript(send, CLAIM, keys, args)) as string[]);
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    return this.#attempt(async (send) => (await runScript(send, RENEW, [LEASES], [batch, leaseMs])) === 1);
  }

  async settle(batch: string, verdicts: readonly Settlement[]): Promise<StoreReply<boolean>> {
    const orderKeys = verdicts.map((verdict) => ('orderKey' in verdict ? verdict.orderKey : undefined) ?? '');
    const isOrdered = orderKeys.some((orderKey) => orderKey !== '');
    const keys = [QUEUE, PENDING + batch, LEASES, DEAD, SIZE, ATTEMPTS, ...(isOrdered ? [ORDER] : [])];
    const letters = verdicts.map(({ kind }) => LETTERS[kind]).join('');
    const reasons = verdicts.flatMap((verdict) => (verdict.kind === 'dead' ? [verdict.reason] : []));
    const args = [batch, PENDING, letters, ...reasons, ...(isOrdered ? orderKeys : [])];
    const reply = await this.#attempt(async (send) => (await runScript(send, SETTLE, keys, args)) === 1);
    if (reply.kind === 'done' && reply.value)
      this.#doubts.forget(verdicts.flatMap((v) => ('doubt' in v && v.doubt ? [v.doubt] : [])));
    return reply;
  }

  async reap({ maxAttempts, reason, longestLeaseMs = NEVER }: PoisonRule): Promise<StoreReply<Reaped>> {
    const progress = { returned: 0, dead: 0 };
    const keys = [QUEUE, LEASES, DEAD, SIZE, ATTEMPTS];
    const args = [PENDING, maxAttempts, reason, longestLeaseMs];
    return this.#attempt(async (send) => {
      for (let isMore = true; isMore;) {
        const counts = (await runScript(send, REAP, keys, args)) as number[];
        const [returned = 0, dead = 0, more = 0] = counts;
        progress.returned += returned;
        progress.dead += dead;
        isMore = more === 1;
      }
      return progress;
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
    return this.#inPieces((send, progress) =>
      orderKeyOf
        ? requeueInOrder(send, which, orderKeyOf, progress)
        : takeLetters(send, which, 'list', progress),
    );
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#inPieces((send, progress) => takeLetters(send, which, 'nowhere', progress));
  }

  async #inPieces(verb: (send: Send, progress: Progress) => Promise<void>): Promise<StoreReply<number>> {
    const progress: Progress = { count: 0 };
    const reply = await this.#attempt((send) => verb(send, progress));
    return reply.kind === 'done'
      ? { ...reply, value: progress.count }
      : { ...reply, doneBefore: progress.count };
  }
}

const LETTERS: Record<Settlement['kind'], string> = { done: 'd', return: 'r', defer: 'f', dead: 'x' };
