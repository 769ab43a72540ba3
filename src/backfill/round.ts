import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';

/** The rest after a round, in milliseconds, doubles from the first to the longest while nothing leaves the list. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 10_000;
/** A long round is followed by a rest of this many times its length, within a limit in milliseconds. */
const REST_PER_ROUND = 5;
const LIMIT_MS = 60_000;

/**
 * One pass over the list while the entries of failing topics are deferred. When each entry was met once, the
 * worker rests, so that they do not rotate through the store without an end.
 */
export class Round {
  readonly #list: Pick<FallbackList, 'backlog'>;
  readonly #clock: Clock;
  /** Undefined between two rounds. */
  #current: { readonly began: number; left: number } | undefined;
  #restMs = FIRST_REST_MS;
  #restsUntil = -Infinity;

  constructor({ list, clock }: { readonly list: Pick<FallbackList, 'backlog'>; readonly clock: Clock }) {
    this.#list = list;
    this.#clock = clock;
  }

  get isResting(): boolean {
    return this.#clock.now() < this.#restsUntil;
  }

  /** How many entries are to be met yet; infinite where that is not known. */
  get left(): number {
    return this.#current?.left ?? Infinity;
  }

  /** Ends the rest: the list may hold other entries by now. */
  startAnew(): void {
    this.#current = undefined;
    this.#restMs = FIRST_REST_MS;
    this.#restsUntil = -Infinity;
  }

  /** Takes one batch: how many of its entries were deferred, and how many left. Answers whether the round is over. */
  async count(batch: {
    readonly began: number;
    readonly deferred: number;
    readonly left: number;
  }): Promise<boolean> {
    if (batch.left > 0) this.#restMs = FIRST_REST_MS;
    if (!this.#current && batch.deferred === 0) return false;
    this.#current ??= { began: batch.began, left: batch.left + (await this.#waiting()) };
    this.#current.left -= batch.deferred + batch.left;
    if (this.#current.left > 0) return false;
    this.end(this.#current.began);
    return true;
  }

  /** Ends the round that began then, and begins the rest. */
  end(began: number): void {
    const now = this.#clock.now();
    this.#restsUntil = now + Math.min(LIMIT_MS, Math.max(this.#restMs, REST_PER_ROUND * (now - began)));
    this.#restMs = Math.min(LONGEST_REST_MS, 2 * this.#restMs);
    this.#current = undefined;
  }

  async #waiting(): Promise<number> {
    const reply = await this.#list.backlog();
    return reply.kind === 'done' ? reply.value.waiting : 0;
  }
}
