import type { CallVerdict } from './verdict.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** `auto`: the calls decide. The others are an operator's word, whatever the calls say. */
export type CircuitMode = 'auto' | 'forced-open' | 'forced-closed';

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
  /** A trial without a verdict after so long has failed; 5000 where it is left out. */
  readonly trialTimeoutMs?: number | undefined;
  /** What was answered later than this is a fault; where it is left out, an answer is an answer. */
  readonly slowMs?: number | undefined;
}

/** One call, to find out whether the dependency is back; its verdict decides. Never throws. */
export type Trial = () => Promise<CallVerdict>;

/** The state, or the mode, is another one now. */
export interface CircuitChange {
  readonly state: CircuitState;
  readonly mode: CircuitMode;
  /** `operator`: the mode was changed, and the state with it or not. `news`: another process's word. */
  readonly by: 'calls' | 'operator' | 'news';
  /** Why it opened: the latest fault's, or the news. */
  readonly reason?: string | undefined;
}

/** What throws here harms nobody: a call's result is never given up for a line of the log. */
export interface CircuitEvents {
  onChange?(change: CircuitChange): void;
  /** Every fault, also one that has no vote. */
  onFault?(reason: string): void;
}
