import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';
import type { Log } from '../ports/log.ts';
import { LARGEST_BATCH } from './pace.ts';
import { Round } from './round.ts';
import { TopicBackoff } from './topic-backoff.ts';

/**
 * Most entries and bytes of a claim that looks past the entries of failing topics, where these keep their place.
 * With more, the scripts would keep Redis from answering for longer than about 50 ms.
 */
const LARGEST_REACH = 8000;
const LARGEST_REACH_BYTES = 4_000_000;
/** Below the megabyte that a broker takes in one request by default. */
const MAX_BYTES = 900_000;

export interface FailingTopicsDeps {
  readonly list: Pick<FallbackList, 'backlog'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Entries keep their place for the order of their keys: they cannot be deferred. */
  readonly ordered?: boolean | undefined;
}

/** What became of a batch. */
interface Batch {
  readonly began: number;
  /** The claim's limit, and how many entries it got. */
  readonly wanted: number;
  readonly claimed: number;
  /** The topic of each entry that was deferred. */
  readonly deferred: readonly string[];
  /** How many entries left the list. */
  readonly left: number;
}

/** The worker's way around topics that can't be written: their backoff, and the rounds over the list meanwhile. */
export class FailingTopics {
  readonly backoff: TopicBackoff;
  readonly #round: Round;
  readonly #ordered: boolean;
  #reach = LARGEST_BATCH;

  constructor({ list, clock, log, ordered = false }: FailingTopicsDeps) {
    this.backoff = new TopicBackoff({ clock, log });
    this.#round = new Round({ list, clock });
    this.#ordered = ordered;
  }

  /** Whether every entry of the list was met a moment ago, and nothing is to be claimed yet. */
  get isResting(): boolean {
    return this.#round.isResting;
  }

  /** Ends the rest: after an outage other entries wait. */
  startAnew(): void {
    this.#round.startAnew();
  }

  /** The limits of a claim of which `count` messages may be published. It takes more where many are deferred. */
  claimLimits(count: number): { maxCount: number; maxBytes: number } {
    if (!this.backoff.isAny) return { maxCount: count, maxBytes: MAX_BYTES };
    const maxCount = Math.min(this.#round.left, Math.max(count, this.#reach));
    const requests = Math.ceil(this.#reach / LARGEST_BATCH);
    return { maxCount, maxBytes: Math.min(LARGEST_REACH_BYTES, requests * MAX_BYTES) };
  }

  async endBatch(batch: Batch): Promise<void> {
    // Where entries keep their place, the next claim meets them again.
    if (this.#ordered) this.backoff.countAnew();
    for (const topic of batch.deferred) this.backoff.count(topic);
    const isRoundOver = this.#ordered
      ? this.#look(batch)
      : await this.#round.count({ ...batch, deferred: batch.deferred.length });
    if (isRoundOver) this.backoff.tell();
  }

  /** Deferred entries stay at the head, so that the next claim reaches further behind them, up to the tail. */
  #look({ began, wanted, claimed, deferred, left }: Batch): boolean {
    if (deferred.length === 0 || left > 0) return false;
    if (claimed === wanted && this.#reach < LARGEST_REACH) {
      this.#reach *= 2;
      return false;
    }
    this.#reach = LARGEST_BATCH;
    this.#round.end(began);
    return true;
  }
}
