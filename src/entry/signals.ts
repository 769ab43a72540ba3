/** Signals of platforms (SIGTERM) and of a ctrl-C (SIGINT). */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Until the service runs there is nothing to lose. Process 1 of a container ignores a signal without a
 * handler.
 */
const leaveAtOnce = () => process.exit(0);

for (const signal of SIGNALS) process.on(signal, leaveAtOnce);

/**
 * Replaces the exit on a signal by `stop`. Import this module before others, so that early signals end the
 * process.
 */
export function onSignals(stop: (signal: Signal) => void): void {
  // Some versions of Deno do not pass the signal to its listener.
  for (const signal of SIGNALS) process.off(signal, leaveAtOnce).on(signal, () => stop(signal));
}
