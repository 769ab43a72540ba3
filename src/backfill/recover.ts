import { type Clock, pause } from '../ports/clock.ts';
import type { BackfillWorker } from './worker.ts';

export interface RecoverDeps {
  /** The circuit of Kafka. */
  readonly circuit: {
    readonly state: 'closed' | 'open' | 'half-open';
    /** Until a trial may be made, in milliseconds. */
    readonly retryInMs: number;
    tryDue(): Promise<void>;
  };
  readonly worker: Pick<BackfillWorker, 'turn'>;
  readonly clock: Clock;
}

/** Work that is not begun within them is left to the next event. */
export interface RecoverLimits {
  readonly forMs: number;
  /** Asked before anything is begun; true where it is left out. */
  readonly mayGoOn?: () => boolean;
}

/** How often the end of a trial by a client's message is looked for. */
const HALF_OPEN_MS = 100;
/** Between two trials: after a neutral one another is due at once. */
const TRIAL_PAUSE_MS = 100;

/**
 * Recovery by events, for runtimes without timers: makes the trial that is due, or will be within the
 * limits, and drains until there is no more to do. Work begun within the limits ends by its own
 * deadlines. Never throws.
 */
export async function recover(
  { circuit, worker, clock }: RecoverDeps,
  { forMs, mayGoOn = () => true }: RecoverLimits,
): Promise<void> {
  let pauseMs = 0;
  const ends = clock.now() + forMs;
  while (clock.now() < ends && mayGoOn()) {
    if (circuit.state === 'closed') {
      if ((await worker.turn()) === 'pause') return;
      continue;
    }
    const waitMs = Math.max(pauseMs, circuit.state === 'open' ? circuit.retryInMs : HALF_OPEN_MS);
    if (clock.now() + waitMs >= ends) return;
    if (waitMs > 0) await pause(clock, waitMs);
    if (!mayGoOn()) return;
    await circuit.tryDue();
    pauseMs = TRIAL_PAUSE_MS;
  }
}
