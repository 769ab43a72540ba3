import type { FieldError } from '../message/field-errors.ts';
import type { Answer } from './answer.ts';

/** Closed table of the problems that a client can get. The code is the end of the problem's `type`. */
const PROBLEMS = {
  'not-json': { status: 400, title: 'The body is not JSON' },
  'cut-off': { status: 400, title: 'The body ended early' },
  malformed: { status: 400, title: 'The request is not well-formed' },
  unauthorized: { status: 401, title: 'A valid key or token is needed' },
  forbidden: { status: 403, title: 'This is not allowed' },
  'not-local': { status: 403, title: 'Only for this machine' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'too-slow': { status: 408, title: 'The request took too long to arrive' },
  'in-flight': { status: 409, title: 'The message is on its way' },
  'too-large': { status: 413, title: 'The message is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'expectation-failed': { status: 417, title: 'The expectation is not met' },
  'invalid-message': { status: 422, title: 'The message is not valid' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'id-taken': { status: 422, title: 'The id belongs to another message' },
  limited: { status: 429, title: 'Too many messages' },
  'head-too-large': { status: 431, title: 'The head is too large' },
  internal: { status: 500, title: 'The service failed' },
  'not-implemented': { status: 501, title: 'This part of HTTP is not supported' },
  unavailable: { status: 503, title: 'The service is unavailable' },
  'version-not-supported': { status: 505, title: 'The version of HTTP is not supported' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** HTTP status of a problem. */
export function statusOf(code: ProblemCode): number {
  return PROBLEMS[code].status;
}

export function titleOf(code: ProblemCode): string {
  return PROBLEMS[code].title;
}

/** Optional members of a problem document. */
export interface ProblemMembers {
  readonly errors?: readonly FieldError[];
  /** Id of the message that the problem is about. */
  readonly id?: string;
  readonly requestId?: string;
}

export interface ProblemExtras extends ProblemMembers {
  readonly headers?: Answer['headers'];
}

/** Problem document (RFC 9457). `detail` says what to do, and carries no payload. */
export function problemDocument(code: ProblemCode, detail: string, members: ProblemMembers = {}) {
  const { status, title } = PROBLEMS[code];
  return { type: `urn:spillway:problem:${code}`, title, status, detail, ...members };
}

/** Answer with a problem document. */
export function problemAnswer(
  code: ProblemCode,
  detail: string,
  { headers, ...members }: ProblemExtras = {},
): Answer {
  const body = problemDocument(code, detail, members);
  return {
    status: body.status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
    body: JSON.stringify(body),
  };
}

/** `Retry-After` in whole seconds, at least one. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}
