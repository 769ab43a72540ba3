/**
 * Milliseconds that the value of a `Retry-After` field asks to wait (RFC 9110, section 10.2.3): seconds, or an
 * HTTP date compared with `wallTime`. Undefined if it is missing or malformed.
 */
export function parseRetryAfter(value: string | null, wallTime: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallTime);
}
