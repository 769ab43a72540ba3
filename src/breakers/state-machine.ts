import {
  CircuitState as CockatielState,
  type CircuitBreakerPolicy,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhenResult,
} from 'cockatiel';
import type { CircuitState, Trial } from './circuit-types.ts';
import type { CallVerdict } from './verdict.ts';

const STATES: Record<CockatielState, CircuitState> = {
  [CockatielState.Closed]: 'closed',
  [CockatielState.Open]: 'open',
  [CockatielState.HalfOpen]: 'half-open',
  [CockatielState.Isolated]: 'open',
};

/**
 * Disables cockatiel's own wait, which uses the wall clock: that may be set back. The circuit's clock
 * decides.
 */
const ALWAYS_DUE = { next: () => ({ duration: Number.NEGATIVE_INFINITY, next: ALWAYS_DUE.next }) };

/** Serialised state of an open breaker, in cockatiel's form. */
const OPEN = { ownState: { value: CockatielState.Open, openedAt: 0, attemptNo: 1 }, breakerState: 0 };

/**
 * State machine of a circuit breaker (closed, open, half-open) with a counter of consecutive faults, by
 * cockatiel.
 */
export class StateMachine {
  readonly #counter: ConsecutiveBreaker;
  readonly #breaker: CircuitBreakerPolicy;
  /** Votes in progress: cockatiel counts a vote some promises after it is cast. */
  #uncounted = 0;
  #trial: CallVerdict | undefined;

  /**
   * Starts with no faults counted. `onChange` runs during a change of state, with the verdict if a trial
   * caused it.
   */
  constructor(failMax: number, begin: 'closed' | 'open', onChange: (trial?: CallVerdict) => void) {
    this.#counter = new ConsecutiveBreaker(failMax);
    this.#breaker = circuitBreaker(
      handleWhenResult((verdict) => (verdict as CallVerdict).kind !== 'answered'),
      {
        halfOpenAfter: ALWAYS_DUE,
        breaker: this.#counter,
        ...(begin === 'open' && { initialState: OPEN }),
      },
    );
    this.#breaker.onStateChange(() => {
      const verdict = this.#trial;
      this.#trial = undefined;
      onChange(verdict);
    });
  }

  get state(): CircuitState {
    return STATES[this.#breaker.state];
  }

  /** Whether an answer would change nothing: no fault is counted, and no vote is in progress. */
  get isClean(): boolean {
    return this.#counter.state === 0 && this.#uncounted === 0;
  }

  /** Counts a verdict, while closed. */
  async count(verdict: CallVerdict): Promise<void> {
    this.#uncounted++;
    await this.#breaker.execute(() => verdict);
    this.#uncounted--;
  }

  /** Half-open, from open, until the trial's verdict: closed if it is `answered`, else open again. */
  async decideBy(trial: Trial): Promise<void> {
    await this.#breaker.execute(async () => (this.#trial = await trial()));
  }
}
