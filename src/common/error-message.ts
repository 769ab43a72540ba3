/** The message of whatever was thrown, for a log line or a reason: JavaScript throws anything. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : 'An unknown error';
}
