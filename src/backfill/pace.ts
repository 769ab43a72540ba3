import type { Message } from '../message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';

/** How many messages the first batch has, and the first after a fault. Larger ones may fail for their size alone. */
export const SMALLEST_BATCH = 10;
/** The fastest size for the driver; larger batches gain nothing. */
export const LARGEST_BATCH = 500;
const STEP = 25;
/**
 * How much longer than the fastest batch is slow, in milliseconds and as a part of it: a sign that
 * Kafka, or the way there, is full, and live messages wait behind the backlog.
 */
const SLOWER = { ms: 10, part: 0.5 };
/** The fastest time decays with each batch: Kafka may have become slower for good. */
const FORGETTING = 1.05;
/** A slow batch of this size or less was not slow for its size. */
const SMALL = 50;

/**
 * Additive increase, multiplicative decrease of the batch size, as in TCP (RFC 5681): a fault is the
 * timeout, a slow batch the sign of congestion. A Kafka that has just come back has live messages to
 * take, and perhaps replicas to bring up to date.
 */
export class Pace {
  readonly #publisher: Pick<Publisher, 'publish'>;
  readonly #clock: Clock;
  #size = SMALLEST_BATCH;
  #fastestMs = Infinity;

  constructor(publisher: Pick<Publisher, 'publish'>, clock: Clock) {
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** How many messages the next batch may have. */
  get size(): number {
    return this.#size;
  }

  /** Starts over after an outage: what was learnt before it no longer holds. */
  startAnew(): void {
    this.#size = SMALLEST_BATCH;
    this.#fastestMs = Infinity;
  }

  /** Publishes a batch, and learns from its time and results. */
  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    const began = this.#clock.now();
    const results = await this.#publisher.publish(messages);
    this.#learn(this.#clock.now() - began, results);
    return results;
  }

  #learn(tookMs: number, results: readonly PublishResult[]): void {
    this.#fastestMs = Math.min(this.#fastestMs * FORGETTING, tookMs);
    if (results.some(isFault)) this.#size = SMALLEST_BATCH;
    else if (tookMs - this.#fastestMs > Math.max(SLOWER.ms, SLOWER.part * this.#fastestMs))
      this.#size = Math.max(Math.min(SMALL, this.#size), Math.floor(this.#size / 2));
    else this.#size = Math.min(LARGEST_BATCH, this.#size + STEP);
  }
}

function isFault(result: PublishResult): boolean {
  return result.kind === 'refused' || (result.kind === 'failed' && result.blame === 'kafka');
}
