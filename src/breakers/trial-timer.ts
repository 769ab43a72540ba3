import type { Clock } from '../ports/clock.ts';
import type { CircuitSettings } from './circuit-types.ts';
import type { CallVerdict } from './verdict.ts';

/** So that replicas whose circuits opened together do not all try together. */
const JITTER = 0.1;
/** A circuit closes within a second of its wait, so this leaves time for the trial. */
const MAX_JITTER_MS = 500;
/** After a trial that said nothing any call may be the next; the timer must not spin. */
const NEUTRAL_PAUSE_MS = 100;

/** When a trial is due, and the timer that makes one where no call comes before it. */
export class TrialTimer {
  readonly #settings: CircuitSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #run: () => void;
  #dueAt = 0;
  #cancel = () => {};
  #isStopped = false;

  /** `random` answers a number from 0 up to 1. */
  constructor(settings: CircuitSettings, clock: Clock, random: () => number, run: () => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#run = run;
  }

  /** Until a call may be the trial; 0 where that is now. The timer's own trial comes no earlier. */
  get dueInMs(): number {
    return Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** The circuit has opened: by its calls, or because of this trial. */
  opened(trial: CallVerdict | undefined): void {
    if (!trial) this.start(this.#settings.resetTimeoutMs);
    else if (trial.kind === 'neutral') this.start(0, NEUTRAL_PAUSE_MS);
    else this.start(this.#settings.timeoutDurationMs);
  }

  /** A trial is due in `ms`; the timer adds its jitter, and `pauseMs`. */
  start(ms: number, pauseMs = 0): void {
    this.cancel();
    this.#dueAt = this.#clock.now() + ms;
    if (this.#isStopped) return;
    const jitterMs = Math.min(ms * JITTER, MAX_JITTER_MS) * this.#random();
    this.#cancel = this.#clock.after(ms + jitterMs + pauseMs, this.#run);
  }

  cancel(): void {
    this.#cancel();
  }

  /** There is no timer any more; what is due is due for calls alone. */
  stop(): void {
    this.#isStopped = true;
    this.cancel();
  }
}
