import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';

const LEVELS = { debug: 10, info: 20, warning: 30, error: 40 } as const;

type LogLevel = keyof typeof LEVELS;

/** Receives one line, without its end. Must not throw. */
export type LogSink = (line: string) => void;

export interface LogSettings {
  readonly format: 'text' | 'json';
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
}

/**
 * Structured log. Text: `2025-12-02 10:30:00 - WARNING - Text name=value`, in UTC. JSON: one object a line,
 * with the text as `message`. The fields of `context` are in every line.
 */
export function createLog(
  { format, level }: LogSettings,
  clock: Clock,
  sinks: readonly LogSink[],
  context: LogFields = {},
): Log {
  const write = (lineLevel: LogLevel) => (text: string, own?: LogFields) => {
    if (LEVELS[lineLevel] < LEVELS[level]) return;
    const fields = { ...own, ...context };
    const time = new Date(clock.wallTime()).toISOString();
    const line =
      format === 'json'
        ? JSON.stringify({ time, level: lineLevel.toUpperCase(), message: text, ...fields })
        : `${time.slice(0, 19).replace('T', ' ')} - ${lineLevel.toUpperCase()} - ${text}${toText(fields)}`;
    for (const sink of sinks) sink(line);
  };
  return { debug: write('debug'), info: write('info'), warning: write('warning'), error: write('error') };
}

function toText(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoteIfNeeded(String(value))}`)
    .join('');
}

/** Prevents log injection: a value with a line break must not look like a line of its own. */
function quoteIfNeeded(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
