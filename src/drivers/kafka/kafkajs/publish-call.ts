import { type EarlyResult, NO_RESULT, type PublishResult } from '../../../ports/publisher.ts';
import type { Owner, PendingRecord } from './pending-record.ts';
import type { Stats } from '../stats.ts';

const CANCELLED = {
  kind: 'failed',
  blame: 'caller',
  reason: 'The caller stopped waiting for Kafka',
} as const;

/** Completion of one call of `publish`: collects the results of its records, in order. */
export class PublishCall implements Owner {
  /** Runs once every record has its result. */
  onEnd: () => void = () => {};
  readonly #pendings: PendingRecord[] = [];
  readonly done: Promise<PublishResult[]>;
  readonly #results: PublishResult[] = [];
  readonly #stats: Stats;
  readonly #resolve: (results: PublishResult[]) => void;
  #open: number;

  constructor(count: number, stats: Stats) {
    const { promise, resolve } = Promise.withResolvers<PublishResult[]>();
    this.done = promise;
    this.#resolve = resolve;
    this.#open = count;
    this.#stats = stats;
  }

  add(pending: PendingRecord): void {
    this.#pendings.push(pending);
  }

  /** Settles its records as failed. Those that were not sent never are. */
  cancel(): void {
    for (const pending of this.#pendings) pending.settle({ ...CANCELLED, maybeWritten: pending.isSent });
  }

  onSettled(pending: PendingRecord, index: number, result: PublishResult): void {
    this.#stats.pendingBytes -= pending.bytes;
    if (result.kind === 'failed' && result.maybeWritten) this.#stats.maybeWritten++;
    this.settle(index, result);
  }

  settle(index: number, result: PublishResult): void {
    this.#results[index] = result;
    if (--this.#open > 0) return;
    this.onEnd();
    this.#resolve(this.#results);
  }
}

/** Completion of one call of `publishWithin`, which is answered before the records in doubt have their results. */
export class EarlyCall extends PublishCall {
  readonly early: Promise<EarlyResult[]>;
  readonly #answers: EarlyResult[] = [];
  readonly #resolveEarly: (answers: EarlyResult[]) => void;
  #unanswered: number;

  constructor(count: number, stats: Stats) {
    super(count, stats);
    const { promise, resolve } = Promise.withResolvers<EarlyResult[]>();
    this.early = promise;
    this.#resolveEarly = resolve;
    this.#unanswered = count;
  }

  onInDoubt(index: number): void {
    this.#answer(index, { kind: 'in-doubt', settled: this.done.then((all) => all[index] ?? NO_RESULT) });
  }

  override settle(index: number, result: PublishResult): void {
    super.settle(index, result);
    if (!this.#answers[index]) this.#answer(index, result);
  }

  #answer(index: number, answer: EarlyResult): void {
    this.#answers[index] = answer;
    if (--this.#unanswered === 0) this.#resolveEarly(this.#answers);
  }
}
