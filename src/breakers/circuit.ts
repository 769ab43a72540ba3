import type { Clock } from '../ports/clock.ts';
import { StateMachine } from './state-machine.ts';
import { beginTrial, TRIAL_TIMEOUT_MS } from './bounded-trial.ts';
import type {
  CircuitChange,
  CircuitEvents,
  CircuitMode,
  CircuitReply,
  CircuitReport,
  CircuitSettings,
  CircuitState,
  Trial,
} from './circuit-types.ts';
import { EvidenceRegister } from './evidence.ts';
import { SlowRule } from './slow-rule.ts';
import { TrialTimer } from './trial-timer.ts';
import type { CallVerdict } from './verdict.ts';
import { CircuitNotifier } from './circuit-notifier.ts';

export type {
  CircuitMode,
  CircuitReply,
  CircuitReport,
  CircuitSettings,
  CircuitState,
} from './circuit-types.ts';

/**
 * Circuit breaker, with cockatiel's state machine and counter. This class adds what cockatiel lacks: while
 * half-open it runs one trial and refuses all other calls at once; a call that began in an earlier state has
 * no vote; a timer starts the trial, with or without traffic, and a timeout ends it; and an operator may
 * force a state.
 */
export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #clock: Clock;
  readonly #notifier: CircuitNotifier;
  readonly #timer: TrialTimer;
  readonly #slowRule: SlowRule;
  readonly #evidence: EvidenceRegister;
  #calls = 0;
  /** When the state or the mode last changed, in milliseconds since the epoch. */
  #since: number;
  #machine: StateMachine;
  #mode: CircuitMode = 'auto';
  /** Generation of the state and mode, by which a late result is told from a current one. */
  #epoch = 0;
  #trial: Trial | undefined;
  #trialIsLostAt = 0;

  /** `random` answers a number from 0 up to 1, for the jitter of the trial's timer. */
  constructor(settings: CircuitSettings, clock: Clock, events: CircuitEvents = {}, random = Math.random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#notifier = new CircuitNotifier(events);
    this.#timer = new TrialTimer(settings, clock, random, () => this.#tryAlone());
    this.#slowRule = new SlowRule(settings.slowMs, clock);
    this.#evidence = new EvidenceRegister(clock);
    this.#since = clock.wallTime();
    this.#notifier.onChange(() => (this.#since = clock.wallTime()));
    this.#machine = this.#begin('closed');
  }

  get state(): CircuitState {
    return this.#machine.state;
  }

  get mode(): CircuitMode {
    return this.#mode;
  }

  /** Number of calls that were made. */
  get calls(): number {
    return this.#calls;
  }

  /** The circuit as operators see it. */
  get report(): CircuitReport {
    const { state, retryInMs } = this;
    const waits = state === 'open' && this.#mode === 'auto';
    return {
      state,
      mode: this.#mode,
      since: this.#since,
      evidence: this.#evidence.latest,
      nextTrialInMs: waits ? retryInMs : undefined,
    };
  }

  /** Whether a call would be made now: the circuit is closed, or a trial is due. */
  get allows(): boolean {
    return this.state === 'closed' || this.#trialIsDue;
  }

  /**
   * Milliseconds until a call is allowed; 0 if one is now. Excludes the jitter, which delays the timer alone.
   * A forced-open circuit has no end, and answers the reset timeout.
   */
  get retryInMs(): number {
    if (this.#mode === 'forced-open') return this.#settings.resetTimeoutMs;
    return this.state === 'closed' ? 0 : this.#timer.dueInMs;
  }

  /** Sets the trial that the timer runs, so that the circuit closes without traffic. */
  recoverBy(trial: Trial): void {
    this.#trial = trial;
  }

  /** Calls `listener` after each change of state or mode; for parts that are built after the circuit. */
  onChange(listener: (change: CircuitChange) => void): void {
    this.#notifier.onChange(listener);
  }

  /** Stops the timer. From then on only traffic makes trials. */
  stop(): void {
    this.#timer.stop();
  }

  /**
   * Sets the mode. Back from `forced-open` a trial is due at once; back from `forced-closed` the count starts
   * at 0. Calls and trials in flight go on, without a vote. The current mode changes nothing.
   */
  force(mode: CircuitMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#epoch++;
    this.#timer.cancel();
    if (mode !== 'auto') this.#machine = this.#begin(mode === 'forced-open' ? 'open' : 'closed');
    else this.tryNow();
    this.#notifier.change(this.state, mode, 'operator');
  }

  /** Opens a closed circuit because another process reported an outage, as if its own calls had failed. */
  openOnNews(reason: string): void {
    if (this.#mode !== 'auto' || this.state !== 'closed') return;
    this.#epoch++;
    this.#machine = this.#begin('open');
    this.#timer.opened(undefined);
    this.#evidence.fault(reason);
    this.#notifier.news(reason);
  }

  /** Makes the trial of an open circuit due at once. */
  tryNow(): void {
    if (this.#mode === 'auto' && this.state === 'open') this.#timer.start(0);
  }

  /**
   * Runs `call` if the circuit allows it, and counts its verdict by `judge`. `call` must not throw: failures
   * are part of its value.
   */
  async run<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    if (this.state !== 'closed')
      return this.#trialIsDue ? this.#runTrial(call, judge) : { kind: 'refused', retryInMs: this.retryInMs };
    const epoch = this.#epoch;
    const began = this.#slowRule.begin();
    this.#calls++;
    const value = await call();
    const verdict = this.#slowRule.apply(judge(value), began);
    if (epoch === this.#epoch) this.#evidence.see(verdict);
    if (verdict.kind === 'fault') this.#notifier.fault(verdict.reason);
    // Fast path: counting costs more than all else here, so an answer that changes nothing is not counted.
    if (this.#hasVote(verdict, epoch) && !(verdict.kind === 'answered' && this.#machine.isClean))
      await this.#machine.count(verdict);
    return { kind: 'called', value };
  }

  /** Runs the circuit's own trial if one is due, for runtimes without timers. Settles with its end. */
  async tryDue(): Promise<void> {
    if (this.#trial && this.#trialIsDue) await this.#runTrial(this.#trial, (verdict) => verdict);
  }

  get #trialIsDue(): boolean {
    this.#giveUpLostTrial();
    return this.#mode === 'auto' && this.state === 'open' && this.#timer.dueInMs === 0;
  }

  /**
   * Recovers from a lost trial: a runtime that ends a request also ends the trial in it, with its timeout.
   * Then another trial is due.
   */
  #giveUpLostTrial(): void {
    if (this.#mode !== 'auto' || this.state !== 'half-open' || this.#clock.now() < this.#trialIsLostAt)
      return;
    this.#machine = this.#begin('open');
  }

  #hasVote(verdict: CallVerdict, epoch: number): boolean {
    return verdict.kind !== 'neutral' && epoch === this.#epoch && this.#mode === 'auto';
  }

  #begin(state: 'closed' | 'open'): StateMachine {
    const machine = new StateMachine(this.#settings.failMax, state, (trial) => {
      // A superseded machine: a trial that began before the circuit was forced has no say.
      if (machine !== this.#machine) return;
      this.#epoch++;
      if (this.state === 'open') this.#timer.opened(trial);
      this.#notifier.change(this.state, this.#mode, 'calls');
    });
    return machine;
  }

  #tryAlone(): void {
    // An exception has been counted as a fault.
    if (this.#trial) this.#runTrial(this.#trial, (verdict) => verdict).catch(() => {});
  }

  async #runTrial<T>(call: () => Promise<T>, judge: (value: T) => CallVerdict): Promise<CircuitReply<T>> {
    this.#timer.cancel();
    this.#trialIsLostAt = this.#clock.now() + 2 * (this.#settings.trialTimeoutMs ?? TRIAL_TIMEOUT_MS);
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#calls++;
    await this.#machine.decideBy(async () => {
      const began = this.#slowRule.begin();
      const trial = beginTrial(this.#clock, this.#settings, call, (value) =>
        this.#slowRule.apply(judge(value), began),
      );
      resolve(trial.value);
      const verdict = await trial.verdict;
      this.#evidence.see(verdict);
      if (verdict.kind === 'fault') this.#notifier.fault(verdict.reason);
      return verdict;
    });
    // The state is decided, but a call that timed out may still have a value for its caller.
    return { kind: 'called', value: await promise };
  }
}
