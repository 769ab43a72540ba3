import { endOf } from './refusals.ts';

/** Size of a probe when nothing was refused: a Redis without so much room is full. */
const LEAST_BYTES = 64_000;
/** Larger messages are rare, and a probe must not take long. */
const MOST_BYTES = 1_000_000;
/** After this a refused write says nothing any more about those that come, in milliseconds. */
const KEPT_MS = 300_000;

/**
 * Size of the write by which a probe proves that Redis has room: that of the largest write that was lately
 * refused for want of memory, as a nearly full Redis takes small ones and refuses it.
 */
export class ProbeSize {
  readonly #now: () => number;
  #refused = 0;
  #refusedAt = -Infinity;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** In bytes. */
  get bytes(): number {
    const isRecent = this.#now() - this.#refusedAt < KEPT_MS;
    return isRecent ? Math.min(MOST_BYTES, Math.max(LEAST_BYTES, this.#refused)) : LEAST_BYTES;
  }

  /** Learns of a write that failed. */
  failed(reason: string, entries: readonly string[]): void {
    if (endOf(reason) !== 'room') return;
    const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0);
    if (this.#now() - this.#refusedAt >= KEPT_MS) this.#refused = 0;
    this.#refused = Math.max(this.#refused, bytes);
    this.#refusedAt = this.#now();
  }
}
