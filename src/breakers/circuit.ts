import type { Clock } from '../ports/clock.ts';
import { Automaton } from './automaton.ts';
import { beginTrial, TRIAL_TIMEOUT_MS } from './bounded-trial.ts';
import type { CircuitEvents, CircuitMode, CircuitReply, CircuitSettings } from './circuit-types.ts';
import type { CircuitState, Trial } from './circuit-types.ts';
import { SlowRule } from './slow-rule.ts';
import { TrialTimer } from './trial-timer.ts';
import type { CallVerdict } from './verdict.ts';
import { Witness } from './witness.ts';

export type { CircuitMode, CircuitReply, CircuitSettings, CircuitState } from './circuit-types.ts';

/**
 * A circuit breaker: cockatiel counts and holds the state; this class adds what it lacks.
 * While a trial runs everyone else is refused and none waits for it; a call that began in an
 * earlier state has no vote; the trial comes by a timer, with or without traffic, and has an end;
 * and an operator may force the circuit.
 */
export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #clock: Clock;
  readonly #witness: Witness;
  readonly #timer: TrialTimer;
  readonly #slowRule: SlowRule;
  #automaton: Automaton;
  #mode: CircuitMode = 'auto';
  /** Goes up with every change of state or mode, so that a late result is told from a current one. */
  #epoch = 0;
  #trial: Trial | undefined;
  #trialIsLostAt = 0;

  /** `random` answers a number from 0 up to 1, for the jitter of the trial's timer. */
  constructor(settings: CircuitSettings, clock: Clock, events: CircuitEvents = {}, random = Math.random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#witness = new Witness(events);
    this.#timer = new TrialTimer(settings, clock, random, () => this.#tryAlone());
    this.#slowRule = new SlowRule(settings.slowMs, clock);
    this.#automaton = this.#begin('closed');
  }

  get state(): CircuitState {
    return this.#automaton.state;
  }

  get mode(): CircuitMode {
    return this.#mode;
  }

  /** Whether a call made now would be tried. */
  get allows(): boolean {
    return this.state === 'closed' || this.#trialIsDue;
  }

  /**
   * Milliseconds until a call may be tried; 0 where that is now. The jitter is not in it: it delays
   * the timer alone. While the circuit is forced open nobody knows: it is the wait after an opening.
   */
  get retryInMs(): number {
    if (this.#mode === 'forced-open') return this.#settings.resetTimeoutMs;
    return this.state === 'closed' ? 0 : this.#timer.dueInMs;
  }

  /** Gives the circuit a trial of its own, so that it closes again without traffic. */
  recoverBy(trial: Trial): void {
    this.#trial = trial;
  }

  /** Stops the timer. The circuit goes on, but only traffic tries it. */
  stop(): void {
    this.#timer.stop();
  }

  /**
   * Holds the circuit open or closed, or gives it back to its calls: from `forced-open` with a trial
   * due at once, from `forced-closed` with a count that begins anew. Calls and trials in flight go on,
   * and have no vote any more. The mode that it is in already changes nothing.
   */
  force(mode: CircuitMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#epoch++;
    this.#timer.cancel();
    if (mode !== 'auto') this.#automaton = this.#begin(mode === 'forced-open' ? 'open' : 'closed');
    else this.tryNow();
    this.#witness.change(this.state, mode, 'operator');
  }

  /** Opens a closed circuit on another process's word, as if calls of its own had failed. */
  openOnNews(reason: string): void {
    if (this.#mode !== 'auto' || this.state !== 'closed') return;
    this.#epoch++;
    this.#automaton = this.#begin('open');
    this.#timer.opened(undefined);
    this.#witness.news(reason);
  }

  /** Makes the trial of an open circuit due at once. */
  tryNow(): void {
    if (this.#mode === 'auto' && this.state === 'open') this.#timer.start(0);
  }

  /**
   * Runs `call` where the circuit allows it, and counts what `judge` makes of its value.
   * `call` must not throw: what can go wrong is part of its value.
   */
  async run<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    if (this.state !== 'closed')
      return this.#trialIsDue ? this.#runTrial(call, judge) : { kind: 'refused', retryInMs: this.retryInMs };
    const epoch = this.#epoch;
    const began = this.#slowRule.begin();
    const value = await call();
    const verdict = this.#slowRule.apply(judge(value), began);
    if (verdict.kind === 'fault') this.#witness.fault(verdict.reason);
    // Counting costs more than the rest together, so an answer that changes nothing is not counted.
    if (this.#hasVote(verdict, epoch) && !(verdict.kind === 'answered' && this.#automaton.isClean))
      await this.#automaton.count(verdict);
    return { kind: 'called', value };
  }

  /** Makes the circuit's own trial where one is due, and settles when it has ended. */
  async tryDue(): Promise<void> {
    if (this.#trial && this.#trialIsDue) await this.#runTrial(this.#trial, (verdict) => verdict);
  }

  get #trialIsDue(): boolean {
    this.#giveUpLostTrial();
    return this.#mode === 'auto' && this.state === 'open' && this.#timer.dueInMs === 0;
  }

  /** Where a runtime ends a request, it ends the trial in it, and the timer that would have ended the trial. Another is due. */
  #giveUpLostTrial(): void {
    if (this.#mode !== 'auto' || this.state !== 'half-open' || this.#clock.now() < this.#trialIsLostAt)
      return;
    this.#automaton = this.#begin('open');
  }

  #hasVote(verdict: CallVerdict, epoch: number): boolean {
    return verdict.kind !== 'neutral' && epoch === this.#epoch && this.#mode === 'auto';
  }

  #begin(state: 'closed' | 'open'): Automaton {
    const automaton = new Automaton(this.#settings.failMax, state, (trial) => {
      // A trial that began before the circuit was forced has no say.
      if (automaton !== this.#automaton) return;
      this.#epoch++;
      if (this.state === 'open') this.#timer.opened(trial);
      this.#witness.change(this.state, this.#mode, 'calls');
    });
    return automaton;
  }

  #tryAlone(): void {
    // An exception was counted as a fault, and nobody waits for the value.
    if (this.#trial) this.#runTrial(this.#trial, (verdict) => verdict).catch(() => {});
  }

  async #runTrial<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    this.#timer.cancel();
    this.#trialIsLostAt = this.#clock.now() + 2 * (this.#settings.trialTimeoutMs ?? TRIAL_TIMEOUT_MS);
    const { promise, resolve } = Promise.withResolvers<T>();
    await this.#automaton.decideBy(async () => {
      const began = this.#slowRule.begin();
      const trial = beginTrial(this.#clock, this.#settings, call, (value) =>
        this.#slowRule.apply(judge(value), began),
      );
      resolve(trial.value);
      const verdict = await trial.verdict;
      if (verdict.kind === 'fault') this.#witness.fault(verdict.reason);
      return verdict;
    });
    // The state is decided, but a call that took too long for it may still have a value for its caller.
    return { kind: 'called', value: await promise };
  }
}
