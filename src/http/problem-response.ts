import type { Context } from 'hono';
import type { StoreReply } from '../ports/store-reply.ts';
import { respond } from './answer.ts';
import { type ProblemCode, problemAnswer, type ProblemExtras, retryAfter } from './problems.ts';

/** Responds with a problem document (RFC 9457). */
export function problem(c: Context, code: ProblemCode, detail: string, extras: ProblemExtras = {}): Response {
  return respond(c, problemAnswer(code, detail, { requestId: c.get('requestId'), ...extras }));
}

/** 503 of a process that shuts down: another one will take the message. */
export function shuttingDown(c: Context): Response {
  return problem(c, 'unavailable', 'This instance is shutting down: send again', { headers: retryAfter(0) });
}

/** 503 for a fallback list without an answer. */
export function listAway(c: Context, reply: Exclude<StoreReply<never>, { kind: 'done' }>): Response {
  const headers = retryAfter(reply.kind === 'refused' ? reply.retryInMs : 0);
  const done = (reply.kind === 'failed' && reply.doneBefore) || 0;
  const rest = done > 0 ? ` for the rest. ${done} were done before` : '';
  return problem(c, 'unavailable', `The fallback list is unavailable: try again${rest}`, { headers });
}

/** 405 with `Allow` (RFC 9110), for all methods that a path does not have. */
export function allowOnly(...methods: string[]): (c: Context) => Response {
  const allow = methods.join(', ');
  return (c) => problem(c, 'method-not-allowed', `Use ${allow}`, { headers: { Allow: allow } });
}
