import type { Message } from '../accept/message.ts';
import type { Clock } from '../ports/clock.ts';
import { type Publisher, type PublishResult, SMALLEST_BACKLOG } from '../ports/publisher.ts';

/** The fastest size for the driver; larger batches gain nothing. */
const LARGEST = 500;
const STEP = 25;
/**
 * A batch that takes so much longer than the fastest, in milliseconds and as a part of it, is a sign
 * that Kafka, or the way there, is full: live messages wait behind it.
 */
const SLOWER = { ms: 10, part: 0.5 };
/** What was the fastest is forgotten little by little: Kafka may have become slower for good. */
const FORGETTING = 1.05;
/** A slow batch of this size was not slow for its size. */
const SMALL = 50;

/**
 * How much of the backlog goes to Kafka at once: little at first, more with every batch that goes
 * well, half as much after one that took long, and little again after a fault. A Kafka that has just
 * come back has live messages to take, and perhaps replicas to bring up to date.
 *
 * Additive increase, multiplicative decrease, as TCP does it (RFC 5681): a fault is its timeout, a
 * slow batch its sign of congestion.
 */
export class Pace {
  readonly #publisher: Pick<Publisher, 'publish'>;
  readonly #clock: Clock;
  #size = SMALLEST_BACKLOG;
  #fastestMs = Infinity;

  constructor(publisher: Pick<Publisher, 'publish'>, clock: Clock) {
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** How many messages the next batch may have. */
  get size(): number {
    return this.#size;
  }

  /** Kafka was away: what was known of it is no longer so. */
  startAnew(): void {
    this.#size = SMALLEST_BACKLOG;
    this.#fastestMs = Infinity;
  }

  /** Publishes a batch, and learns from it. */
  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    const began = this.#clock.now();
    const results = await this.#publisher.publish(messages);
    this.#learn(this.#clock.now() - began, results);
    return results;
  }

  #learn(tookMs: number, results: readonly PublishResult[]): void {
    this.#fastestMs = Math.min(this.#fastestMs * FORGETTING, tookMs);
    if (results.some(isFault)) this.#size = SMALLEST_BACKLOG;
    else if (tookMs - this.#fastestMs > Math.max(SLOWER.ms, SLOWER.part * this.#fastestMs))
      this.#size = Math.max(Math.min(SMALL, this.#size), Math.floor(this.#size / 2));
    else this.#size = Math.min(LARGEST, this.#size + STEP);
  }
}

function isFault(result: PublishResult): boolean {
  return result.kind === 'refused' || (result.kind === 'failed' && result.blame === 'kafka');
}
