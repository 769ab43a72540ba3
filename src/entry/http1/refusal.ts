import type { Answer } from '../../http/answer.ts';
import { problemAnswer, type ProblemCode, retryAfter } from '../../http/problems.ts';
import { SECURE_HEADERS } from '../../http/secure-headers.ts';

/** Request that is answered with a problem and ends the connection: what follows on it can't be read for sure. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: ProblemCode;
  readonly detail: string;
}

export function refuse(code: ProblemCode, detail: string): Refusal {
  return { kind: 'refused', code, detail };
}

const HEADERS: Partial<Record<ProblemCode, Answer['headers']>> = {
  'method-not-allowed': { Allow: 'GET, HEAD, POST, PUT, DELETE' },
  unavailable: retryAfter(1000),
};

/** Answer to a refused request. */
export function refusalAnswer({ code, detail }: Refusal): Answer {
  const requestId = crypto.randomUUID();
  const headers = HEADERS[code] ?? {};
  const answer = problemAnswer(code, detail, { requestId, headers });
  return { ...answer, headers: { ...answer.headers, ...SECURE_HEADERS, 'X-Request-Id': requestId } };
}
