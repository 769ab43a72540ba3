import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { FieldError } from '../accept/parse.ts';
import type { StoreReply } from '../ports/store-reply.ts';

/** Every error that a client can get. The code is the end of the problem's `type`. */
const PROBLEMS = {
  'not-json': { status: 400, title: 'The body is not JSON' },
  'cut-off': { status: 400, title: 'The body ended early' },
  unauthorized: { status: 401, title: 'A token is needed' },
  forbidden: { status: 403, title: 'The token is wrong' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'in-flight': { status: 409, title: 'The message is on its way' },
  'too-large': { status: 413, title: 'The message is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'invalid-message': { status: 422, title: 'The message is not valid' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  limited: { status: 429, title: 'Too many messages' },
  internal: { status: 500, title: 'The service failed' },
  unavailable: { status: 503, title: 'The service is unavailable' },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>;

export interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  /** Of the message that the problem is about. */
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with a problem document (RFC 9457). `detail` says what to do, and carries no payload. */
export function problem(
  c: Context,
  code: keyof typeof PROBLEMS,
  detail: string,
  { headers, ...members }: ProblemExtras = {},
): Response {
  const { status, title } = PROBLEMS[code];
  const type = `urn:spillway:problem:${code}`;
  const body = { type, title, status, detail, requestId: c.get('requestId'), ...members };
  return c.json(body, status, { ...headers, 'Content-Type': 'application/problem+json' });
}

/** What `Retry-After` says: whole seconds, at least one. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** Answers that this process takes no more, and another one will. */
export function shuttingDown(c: Context): Response {
  return problem(c, 'unavailable', 'This instance is shutting down: send again', { headers: retryAfter(0) });
}

/** Answers that the fallback list can't be asked now. */
export function listAway(c: Context, reply: Exclude<StoreReply<never>, { kind: 'done' }>): Response {
  const headers = retryAfter(reply.kind === 'refused' ? reply.retryInMs : 0);
  return problem(c, 'unavailable', 'The fallback list is away: ask again', { headers });
}

/** Answers 405 to whatever method a path does not have. */
export function allowOnly(...methods: string[]): (c: Context) => Response {
  const allow = methods.join(', ');
  return (c) => problem(c, 'method-not-allowed', `Use ${allow}`, { headers: { Allow: allow } });
}
