import type { PublishResult } from '../../ports/publisher.ts';
import type { Owner, Pending } from './pending.ts';
import type { Stats } from './stats.ts';

/** One call of `publish`: gathers the results of its records, in their order. */
export class PublishCall implements Owner {
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

  onSettled(pending: Pending, index: number, result: PublishResult): void {
    this.#stats.pendingBytes -= pending.bytes;
    if (result.kind === 'failed' && result.maybeWritten) this.#stats.maybeWritten++;
    this.settle(index, result);
  }

  settle(index: number, result: PublishResult): void {
    this.#results[index] = result;
    if (--this.#open === 0) this.#resolve(this.#results);
  }
}
