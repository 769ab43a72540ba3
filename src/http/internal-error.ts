import type { Log } from '../ports/log.ts';
import type { Answer } from './answer.ts';
import { problemAnswer } from './problems.ts';

/** 500 for an error of the service itself, which is logged. */
export function internalError(
  log: Log,
  error: unknown,
  request: { readonly method: string; readonly path: string; readonly requestId: string },
): Answer {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error('A request failed because of a fault in the service', { ...request, stack });
  return problemAnswer('internal', 'Send again; if it happens again, report the request id', {
    requestId: request.requestId,
  });
}
