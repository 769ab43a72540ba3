import type { Command } from './client.ts';

/** The service takes requests of 10 MB; some is left for what surrounds a command. */
export const MAX_REQUEST_BYTES = 9_500_000;

/** A UTF-16 unit in JSON takes six bytes at most, as in `\u0000`. */
const MOST_BYTES_A_UNIT = 6;
const EXACT_FROM_UNITS = 10_000;

/** The bytes that a command takes in a request: exactly if it is large, and else at most. */
export function sizeOf(command: Command): number {
  let units = 0;
  for (const part of command) units += String(part).length + 3;
  return units < EXACT_FROM_UNITS ? units * MOST_BYTES_A_UNIT : byteLength(JSON.stringify(command));
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
