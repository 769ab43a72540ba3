import type { Evidence } from './evidence.ts';
import type { CallVerdict } from './verdict.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** `auto`: calls decide the state. The other modes are an operator's override. */
export type CircuitMode = 'auto' | 'forced-open' | 'forced-closed';

export type CircuitReply<T> =
  | { readonly kind: 'called'; readonly value: T }
  /** Fail-fast: answered without a call. The next attempt is allowed in `retryInMs` at the earliest. */
  | { readonly kind: 'refused'; readonly retryInMs: number };

export interface CircuitSettings {
  /** Consecutive faults that open the circuit. */
  readonly failMax: number;
  /** Milliseconds from opening to the first trial. */
  readonly resetTimeoutMs: number;
  /** Milliseconds from a failed trial to the next. */
  readonly timeoutDurationMs: number;
  /** Timeout of a trial, in milliseconds; 5000 by default. */
  readonly trialTimeoutMs?: number | undefined;
  /** Slow-call threshold, in milliseconds: a later answer is a fault. Off by default. */
  readonly slowMs?: number | undefined;
}

/** Trial call of a half-open circuit: its verdict decides the next state. Never throws. */
export type Trial = () => Promise<CallVerdict>;

/** Change of state or mode. */
export interface CircuitChange {
  readonly state: CircuitState;
  readonly mode: CircuitMode;
  /** `operator`: the mode changed, perhaps without the state. `news`: another process reported an outage. */
  readonly by: 'calls' | 'operator' | 'news';
  /** Why the circuit opened: the last fault, or the news. */
  readonly reason?: string | undefined;
}

/** Hooks for logs and metrics. Their exceptions are ignored: no call fails because of them. */
export interface CircuitEvents {
  onChange?(change: CircuitChange): void;
  /** Every fault, even one without a vote. */
  onFault?(reason: string): void;
}

/** State of a circuit with its cause, for operators. */
export interface CircuitReport {
  readonly state: CircuitState;
  readonly mode: CircuitMode;
  /** When the state or the mode last changed, in milliseconds since the epoch. */
  readonly since: number;
  /** What the calls have told last. */
  readonly evidence: Evidence;
  /** Until the next trial of an open circuit; undefined where none is to come. */
  readonly nextTrialInMs: number | undefined;
}
