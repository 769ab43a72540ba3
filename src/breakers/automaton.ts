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

/** cockatiel waits by the wall clock, which may be set back; here the circuit's own clock decides. */
const ALWAYS_DUE = { next: () => ({ duration: Number.NEGATIVE_INFINITY, next: ALWAYS_DUE.next }) };

/** As cockatiel writes an open breaker down, to be taken up later. */
const OPEN = { ownState: { value: CockatielState.Open, openedAt: 0, attemptNo: 1 }, breakerState: 0 };

/** cockatiel's circuit breaker: the state, and the count of faults in a row. */
export class Automaton {
  readonly #counter: ConsecutiveBreaker;
  readonly #breaker: CircuitBreakerPolicy;
  /** Votes that cockatiel has been given and has not counted yet, for it does so some promises later. */
  #uncounted = 0;
  #trial: CallVerdict | undefined;

  /**
   * Begins with no faults counted. `onChange` is told while the state changes; where a trial ends it
   * is given the verdict.
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

  /** Whether an answer would change nothing: no fault is counted, nor about to be. */
  get isClean(): boolean {
    return this.#counter.state === 0 && this.#uncounted === 0;
  }

  /** Closed, counts a verdict. */
  async count(verdict: CallVerdict): Promise<void> {
    this.#uncounted++;
    await this.#breaker.execute(() => verdict);
    this.#uncounted--;
  }

  /** Open, is half-open from now until the trial's verdict; then closed if it `answered`, else open again. */
  async decideBy(trial: Trial): Promise<void> {
    await this.#breaker.execute(async () => (this.#trial = await trial()));
  }
}
