/** What platforms send, and what a ctrl-C is. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/** Nothing was taken yet. Without a word of ours a process with the number 1 would not hear the signal at all. */
const leaveAtOnce = () => process.exit(0);

for (const signal of SIGNALS) process.on(signal, leaveAtOnce);

/** From now on `stop` hears of signals. Until then they end the process: import this module before others. */
export function onSignals(stop: (signal: Signal) => void): void {
  // Not every Deno tells a listener which signal it was.
  for (const signal of SIGNALS) process.off(signal, leaveAtOnce).on(signal, () => stop(signal));
}
