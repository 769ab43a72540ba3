import type { Clock } from '../../../ports/clock.ts';
import type { PendingRecord } from './pending-record.ts';

/**
 * One timer for the patience of many records: it fires when the first of them lapses. A record that has its
 * result by then costs no timer of its own.
 */
export class PatienceTimer {
  readonly #clock: Clock;
  readonly #onLapse: () => void;
  #firesAt = Infinity;
  #cancel = () => {};

  /** `onLapse` ends the wait of the records that have lapsed, and watches the others again. */
  constructor(clock: Clock, onLapse: () => void) {
    this.#clock = clock;
    this.#onLapse = onLapse;
  }

  watch({ lapsesAt }: PendingRecord): void {
    if (lapsesAt >= this.#firesAt) return;
    this.#cancel();
    this.#firesAt = lapsesAt;
    this.#cancel = this.#clock.after(Math.max(0, lapsesAt - this.#clock.now()), () => {
      this.#firesAt = Infinity;
      this.#onLapse();
    });
  }
}
