import type { CircuitMode, CircuitSettings, CircuitState } from '../../src/breakers/circuit.ts';

/** What a call of the model is like: it never knows more than when it began, and as what. */
export interface ModelCall {
  readonly began: number;
  readonly epoch: number;
  readonly isTrial: boolean;
  /** A trial is over once it has a verdict, be it that its time ran out. */
  isOver: boolean;
}

export interface ModelVerdict {
  readonly kind: 'fault' | 'answered' | 'neutral';
  readonly call?: object | undefined;
}

/**
 * What a circuit promises, as plainly as it can be said: no promises, no timers, no cockatiel.
 * Time passes in `advance`, which plays what timers would do.
 */
export class CircuitModel {
  state: CircuitState = 'closed';
  mode: CircuitMode = 'auto';
  now = 0;
  faults = 0;
  /** Every state, or mode, that it told. */
  readonly changes: string[] = [];
  /** The trials that it began itself. */
  readonly ownTrials: ModelCall[] = [];
  readonly #settings: CircuitSettings & { readonly trialTimeoutMs: number };
  readonly #random: number;
  readonly #slow = new Set<object>();
  #running: ModelCall[] = [];
  #row = 0;
  #epoch = 0;
  #dueAt = 0;
  #timerAt = Infinity;
  #isStopped = false;

  constructor(settings: CircuitSettings & { readonly trialTimeoutMs: number }, random: number) {
    this.#settings = settings;
    this.#random = random;
  }

  get allows(): boolean {
    if (this.mode !== 'auto') return this.mode === 'forced-closed';
    return this.state === 'closed' || (this.state === 'open' && this.now >= this.#dueAt);
  }

  get retryInMs(): number {
    if (this.mode === 'forced-open') return this.#settings.resetTimeoutMs;
    return this.state === 'closed' ? 0 : Math.max(0, this.#dueAt - this.now);
  }

  /** Whether a verdict on the call would count. */
  isCurrent(call: ModelCall): boolean {
    return !call.isOver && call.epoch === this.#epoch;
  }

  /** Undefined where it is refused. */
  start(): ModelCall | undefined {
    if (!this.allows) return undefined;
    return this.state === 'open' ? this.#startTrial() : this.#call(false);
  }

  finish(call: ModelCall, given: ModelVerdict): void {
    const kind = this.#withSlowRule(call, given);
    if (call.isOver) return;
    if (kind === 'fault') this.faults++;
    if (call.isTrial) return this.#endTrial(call, kind);
    if (kind === 'neutral' || call.epoch !== this.#epoch || this.mode !== 'auto') return;
    this.#row = kind === 'fault' ? this.#row + 1 : 0;
    if (this.#row === this.#settings.failMax) this.#open(this.#settings.resetTimeoutMs);
  }

  force(mode: CircuitMode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.#epoch++;
    this.#row = 0;
    this.#timerAt = Infinity;
    if (mode === 'forced-open') this.state = 'open';
    if (mode === 'forced-closed') this.state = 'closed';
    if (mode === 'auto' && this.state === 'open') this.#wait(0);
    this.changes.push(mode);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timerAt = Infinity;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [late] = this.#running.toSorted((a, b) => a.began - b.began);
      const lateAt = late ? late.began + this.#settings.trialTimeoutMs : Infinity;
      const next = Math.min(lateAt, this.#timerAt);
      if (next > end) break;
      this.now = next;
      if (late && next === lateAt) {
        this.faults++;
        this.#endTrial(late, 'fault');
      } else this.ownTrials.push(this.#startTrial());
    }
    this.now = end;
  }

  #call(isTrial: boolean): ModelCall {
    return { began: this.now, epoch: this.#epoch, isTrial, isOver: false };
  }

  #startTrial(): ModelCall {
    this.#timerAt = Infinity;
    this.#change('half-open');
    const trial = this.#call(true);
    this.#running.push(trial);
    return trial;
  }

  #endTrial(trial: ModelCall, kind: ModelVerdict['kind']): void {
    trial.isOver = true;
    this.#running = this.#running.filter((running) => running !== trial);
    if (trial.epoch !== this.#epoch) return;
    if (kind === 'fault') return this.#open(this.#settings.timeoutDurationMs);
    if (kind === 'neutral') return this.#open(0, 100);
    this.#row = 0;
    this.#change('closed');
  }

  #open(waitMs: number, pauseMs = 0): void {
    this.#wait(waitMs, pauseMs);
    this.#change('open');
  }

  #wait(ms: number, pauseMs = 0): void {
    this.#dueAt = this.now + ms;
    const jitter = Math.min(ms / 10, 500) * this.#random;
    this.#timerAt = this.#isStopped ? Infinity : this.#dueAt + jitter + pauseMs;
  }

  #change(state: CircuitState): void {
    this.state = state;
    this.#epoch++;
    this.changes.push(state);
  }

  #withSlowRule({ began }: ModelCall, { kind, call }: ModelVerdict): ModelVerdict['kind'] {
    if (kind !== 'answered' || this.now - began <= (this.#settings.slowMs ?? Infinity)) return kind;
    if (call && this.#slow.has(call)) return 'neutral';
    if (call) this.#slow.add(call);
    return 'fault';
  }
}
