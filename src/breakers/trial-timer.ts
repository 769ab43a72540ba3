import type { Clock } from '../ports/clock.ts';
import type { CircuitSettings } from './circuit-types.ts';
import type { CallVerdict } from './verdict.ts';

/** Jitter, as a share of the wait: replicas whose circuits opened together do not all try together. */
const JITTER = 0.1;
/** Bound of the jitter: a circuit has to close within a second of its wait, and the trial takes time too. */
const MAX_JITTER_MS = 500;
/** Pause after a neutral trial, so that the timer does not spin. A call may be the next trial at once. */
const NEUTRAL_PAUSE_MS = 100;

/** Schedule of the trials: when one is due, and a timer that starts it if no call comes first. */
export class TrialTimer {
  readonly #settings: CircuitSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #run: () => void;
  #dueAt = 0;
  #cancel = () => {};
  #isStopped = false;

  /** `random` answers a number from 0 up to 1, for the jitter. */
  constructor(settings: CircuitSettings, clock: Clock, random: () => number, run: () => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#run = run;
  }

  /** Milliseconds until a call may be the trial; 0 if it is due. The timer's own trial comes no earlier. */
  get dueInMs(): number {
    return Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** Schedules the next trial after the circuit has opened: by calls, or by this trial. */
  opened(trial: CallVerdict | undefined): void {
    if (!trial) this.start(this.#settings.resetTimeoutMs);
    else if (trial.kind === 'neutral') this.start(0, NEUTRAL_PAUSE_MS);
    else this.start(this.#settings.timeoutDurationMs);
  }

  /** Makes a trial due in `ms`. The timer adds its jitter, and `pauseMs`. */
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

  /** Stops the timer for good: a trial that is due waits for a call. */
  stop(): void {
    this.#isStopped = true;
    this.cancel();
  }
}
