import { errorMessage } from '../common/error-message.ts';
import { type Clock, within } from '../ports/clock.ts';
import type { CircuitSettings } from './circuit-types.ts';
import type { CallVerdict } from './verdict.ts';

/** Default timeout of a trial, in milliseconds. */
export const TRIAL_TIMEOUT_MS = 5000;

/**
 * Timeout around the call of a trial. The verdict is a fault if there is no answer in time, and if `call` or
 * `judge` throws; its promise never rejects. The value may settle later, or never.
 */
export function beginTrial<T>(
  clock: Clock,
  { trialTimeoutMs: limitMs = TRIAL_TIMEOUT_MS }: CircuitSettings,
  call: () => Promise<T>,
  judge: (value: T) => CallVerdict,
): { value: Promise<T>; verdict: Promise<CallVerdict> } {
  // A synchronous exception becomes a rejection.
  const value = (async () => call())();
  return { value, verdict: within(clock, limitMs, judged(value, judge), () => late(limitMs)) };
}

async function judged<T>(value: Promise<T>, judge: (value: T) => CallVerdict): Promise<CallVerdict> {
  try {
    return judge(await value);
  } catch (error) {
    // cockatiel would count an exception as a success.
    return { kind: 'fault', reason: `The trial threw: ${errorMessage(error)}` };
  }
}

function late(limitMs: number): CallVerdict {
  return { kind: 'fault', reason: `The trial gave no answer within ${limitMs} ms` };
}
