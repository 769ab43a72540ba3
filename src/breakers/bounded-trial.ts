import type { Clock } from '../ports/clock.ts';
import type { CircuitSettings } from './circuit-types.ts';
import type { CallVerdict } from './verdict.ts';

/** Where the settings say nothing. */
export const TRIAL_TIMEOUT_MS = 5000;

/**
 * Begins the call of a trial. Its verdict is a fault where there is none in time, and where
 * something threw; the promise of it never fails. Its value may come later, or never.
 */
export function beginTrial<T>(
  clock: Clock,
  { trialTimeoutMs: limitMs = TRIAL_TIMEOUT_MS }: CircuitSettings,
  call: () => Promise<T>,
  judge: (value: T) => CallVerdict,
): { value: Promise<T>; verdict: Promise<CallVerdict> } {
  // Also what throws at once is a promise then.
  const value = (async () => call())();
  const { promise: verdict, resolve } = Promise.withResolvers<CallVerdict>();
  const isLate = () => resolve({ kind: 'fault', reason: `The trial gave no answer within ${limitMs} ms` });
  const cancel = clock.after(limitMs, isLate);
  const end = async () => {
    try {
      resolve(judge(await value));
    } catch (error) {
      // cockatiel would take an exception for a success.
      resolve({
        kind: 'fault',
        reason: `The trial threw: ${error instanceof Error ? error.message : 'no error'}`,
      });
    }
    cancel();
  };
  void end();
  return { value, verdict };
}
