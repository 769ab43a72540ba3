import type { Command } from './client.ts';

/** Request limit of the service, 10 MB, less what surrounds a command. */
export const MAX_REQUEST_BYTES = 9_500_000;

/** Upper bound of a UTF-16 unit in JSON, as in `\u0000`. */
const MOST_BYTES_A_UNIT = 6;
const EXACT_FROM_UNITS = 10_000;

/** Size of a command in a request, in bytes: exact for a large one, else an upper bound. */
export function sizeOf(command: Command): number {
  let units = 0;
  for (const part of command) units += String(part).length + 3;
  return units < EXACT_FROM_UNITS ? units * MOST_BYTES_A_UNIT : byteLength(JSON.stringify(command));
}

/** Length in UTF-8, in bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
