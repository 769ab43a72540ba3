/** Failure in words that may be shown: no request, response or token is in them. */
export class Reason extends Error {
  override readonly name = 'Reason';
}

/** Error reply of Redis. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Error messages of the service, and their meaning for operators. */
const LIMITS = [
  [/max single record size/, 'A record at Upstash is full: the fallback list has reached 100 MB'],
  [/max request size/, 'A request is larger than Upstash takes'],
  [/max (daily )?requests? limit/, 'The quota of requests at Upstash is used up'],
  [/^(WRONGPASS|NOAUTH)/, 'Upstash refuses the token: see UPSTASH_REDIS_REST_TOKEN'],
  [/^NOPERM/, 'Upstash lets this token read only: see UPSTASH_REDIS_REST_TOKEN'],
] as const;

/** Reason of a failed reply. The library's errors carry whole requests and responses, and are not passed on. */
export function describe(error: unknown, token: string): string {
  if (error instanceof Reason) return error.message;
  if (!(error instanceof Error)) return 'An unknown error';
  if (error instanceof Refusal || error.name === 'UpstashError') return quote(error.message, token);
  if (error.name === 'UpstashJSONParseError')
    return 'Upstash answered with something other than JSON: see UPSTASH_REDIS_REST_URL';
  return `No connection to Upstash${codeOf(error)}`;
}

/** The server's message, cut off where it begins to repeat the command. */
function quote(text: string, token: string): string {
  const limit = LIMITS.find(([pattern]) => pattern.test(text));
  if (limit) return limit[1];
  const words = text.replace(/(, command was: )?["'`[{][^]*$/, '').trim();
  return /^[A-Z]+ \S/.test(words)
    ? `Upstash answered: ${words.replaceAll(token, '…').slice(0, 200)}`
    : 'Upstash answered with an error that it does not name';
}

function codeOf(error: Error): string {
  for (const at of [error, error.cause]) {
    const code = (at as { code?: unknown } | undefined)?.code;
    if (typeof code === 'string' && /^\w+$/.test(code)) return `: ${code}`;
  }
  return '';
}
