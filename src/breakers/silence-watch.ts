import type { Clock } from '../ports/clock.ts';

/**
 * Watchdog for a Kafka that is silent: a frozen broker ends few calls, so that few of them fail. While calls
 * are overdue and none is answered, it reports each `everyMs` of silence.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #onSilence: () => void;
  #overdue = 0;
  /** Since when nothing was answered, as far as this watch has reported it. */
  #since = 0;
  #cancel = () => {};

  constructor(clock: Clock, everyMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#onSilence = onSilence;
  }

  /** A call that began at `since`, by the clock's `now`, is overdue until `settled`, which must not reject. */
  watch(since: number, settled: Promise<unknown>): void {
    if (this.#overdue++ === 0) {
      this.#since = Math.max(this.#since, since);
      this.#schedule();
    }
    void this.#end(settled);
  }

  /** Kafka has answered a call. */
  heard(): void {
    this.#since = this.#clock.now();
    if (this.#overdue > 0) this.#schedule();
  }

  async #end(settled: Promise<unknown>): Promise<void> {
    await settled;
    if (--this.#overdue === 0) this.#cancel();
  }

  #schedule(): void {
    this.#cancel();
    const dueInMs = Math.max(0, this.#since + this.#everyMs - this.#clock.now());
    this.#cancel = this.#clock.after(dueInMs, () => {
      this.#since += this.#everyMs;
      this.#onSilence();
      this.#schedule();
    });
  }
}
