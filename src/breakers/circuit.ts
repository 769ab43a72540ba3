import {
  CircuitState as CockatielState,
  type CircuitBreakerPolicy,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhenResult,
} from 'cockatiel';
import type { Clock } from '../ports/clock.ts';
import type { CallVerdict } from './verdict.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

export type CircuitReply<T> =
  | { readonly kind: 'called'; readonly value: T }
  /** Answered at once, without calling. A call may be tried in `retryInMs` at the earliest. */
  | { readonly kind: 'refused'; readonly retryInMs: number };

export interface CircuitSettings {
  /** Opens after so many faults in a row. */
  readonly failMax: number;
  /** From opening to the first trial. */
  readonly resetTimeoutMs: number;
  /** From a failed trial to the next. */
  readonly timeoutDurationMs: number;
}

/** One call, to find out whether the dependency is back; its verdict decides. Never throws. */
export type Trial = () => Promise<CallVerdict>;

export interface CircuitEvents {
  /** `reason` is the latest fault's, where the circuit opened. */
  onChange?(state: CircuitState, reason?: string): void;
  onFault?(reason: string): void;
}

const STATES: Record<CockatielState, CircuitState> = {
  [CockatielState.Closed]: 'closed',
  [CockatielState.Open]: 'open',
  [CockatielState.HalfOpen]: 'half-open',
  [CockatielState.Isolated]: 'open',
};

/** cockatiel waits by the wall clock, which may be set back; here the circuit's own clock decides. */
const ALWAYS_DUE = { next: () => ({ duration: Number.NEGATIVE_INFINITY, next: ALWAYS_DUE.next }) };

/**
 * A circuit breaker: cockatiel counts and holds the state; this class adds what it lacks.
 * While a trial runs everyone else is refused and none waits for it; a call that began in an
 * earlier state has no vote; and the trial comes by a timer, with or without traffic.
 */
export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #clock: Clock;
  readonly #events: CircuitEvents;
  readonly #breaker: CircuitBreakerPolicy;
  /** Goes up with every change of state, so that a late result is told from a current one. */
  #epoch = 0;
  #trialAt = 0;
  #cancelTimer = () => {};
  #trial: Trial | undefined;
  #lastFault = '';

  constructor(settings: CircuitSettings, clock: Clock, events: CircuitEvents = {}) {
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
    this.#breaker = circuitBreaker(
      handleWhenResult((verdict) => (verdict as CallVerdict).kind !== 'answered'),
      { halfOpenAfter: ALWAYS_DUE, breaker: new ConsecutiveBreaker(settings.failMax) },
    );
    this.#breaker.onStateChange(() => {
      this.#epoch++;
      this.#events.onChange?.(this.state, this.state === 'open' ? this.#lastFault : undefined);
    });
    this.#breaker.onBreak(() => this.#waitForTrial(this.#settings.resetTimeoutMs));
  }

  get state(): CircuitState {
    return STATES[this.#breaker.state];
  }

  /** Whether a call made now would be tried. */
  get allows(): boolean {
    return this.state === 'closed' || this.#trialIsDue();
  }

  /** Milliseconds until a call may be tried; 0 where that is now. */
  get retryInMs(): number {
    return this.state === 'closed' ? 0 : Math.max(0, this.#trialAt - this.#clock.now());
  }

  /** Gives the circuit a trial of its own, so that it closes again without traffic. */
  recoverBy(trial: Trial): void {
    this.#trial = trial;
  }

  /** Stops the timer. The circuit goes on, but only traffic tries it. */
  stop(): void {
    this.#cancelTimer();
    this.#trial = undefined;
  }

  /**
   * Runs `call` where the circuit allows it, and counts what `judge` makes of its value.
   * `call` must not throw: what can go wrong is part of its value.
   */
  async run<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    if (this.state === 'closed') {
      const epoch = this.#epoch;
      const value = await call();
      await this.#vote(judge(value), epoch);
      return { kind: 'called', value };
    }
    return this.#trialIsDue() ? this.#runTrial(call, judge) : { kind: 'refused', retryInMs: this.retryInMs };
  }

  #trialIsDue(): boolean {
    return this.state === 'open' && this.#clock.now() >= this.#trialAt;
  }

  async #vote(verdict: CallVerdict, epoch: number): Promise<void> {
    if (verdict.kind === 'fault') this.#noteFault(verdict.reason);
    if (verdict.kind === 'neutral' || epoch !== this.#epoch) return;
    await this.#breaker.execute(() => verdict);
  }

  #noteFault(reason: string): void {
    this.#lastFault = reason;
    this.#events.onFault?.(reason);
  }

  async #runTrial<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    this.#cancelTimer();
    let reply: CircuitReply<T> | undefined;
    // cockatiel is half-open while this runs, closes on 'answered' and opens again on the others.
    const verdict = await this.#breaker.execute(async () => {
      const value = await call();
      reply = { kind: 'called', value };
      const opinion = judge(value);
      if (opinion.kind === 'fault') this.#noteFault(opinion.reason);
      return opinion;
    });
    if (verdict.kind === 'fault') this.#waitForTrial(this.#settings.timeoutDurationMs);
    // A trial that said nothing has used nothing up: the next may come at once.
    if (verdict.kind === 'neutral') this.#waitForTrial(0);
    return reply ?? { kind: 'refused', retryInMs: this.retryInMs };
  }

  #waitForTrial(ms: number): void {
    this.#trialAt = this.#clock.now() + ms;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => {
      const trial = this.#trial;
      // Timers may fire a fraction of a millisecond early: the timer is right, not the clock.
      if (trial && this.state === 'open') void this.#runTrial(trial, (verdict) => verdict);
    });
  }
}
