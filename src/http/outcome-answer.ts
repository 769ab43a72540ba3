import type { Submission } from '../message/message.ts';
import { isReceiptKept, type Outcome, toReceipt } from '../accept/outcome.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { type ProblemCode, problemAnswer, type ProblemExtras, retryAfter } from './problems.ts';
import { rateLimitFields } from './rate-limit.ts';

const NO_OUTCOME: Outcome = { kind: 'unavailable', cause: 'failed', reason: 'No outcome', retryInMs: 0 };

/**
 * Answer for the outcome of one message, which came with the request `requestId`. `keepsReceipts`: receipts can
 * be read afterwards.
 */
export function outcomeAnswer(
  requestId: string,
  { message, hasClientId }: Submission,
  outcome: Outcome = NO_OUTCOME,
  keepsReceipts = true,
): Answer {
  const { id } = message;
  const problem = (code: ProblemCode, detail: string, extras: ProblemExtras) =>
    problemAnswer(code, detail, { requestId, ...extras });
  const limit = rateLimitFields(outcome);
  switch (outcome.kind) {
    case 'published':
    case 'queued':
    case 'duplicate': {
      const receipt = toReceipt(message, outcome);
      return jsonAnswer(202, receipt, {
        ...limit,
        ...(keepsReceipts && isReceiptKept(outcome, hasClientId)
          ? { Location: `/v1/messages/${encodeURIComponent(id)}` }
          : {}),
        ...(receipt?.status === 'queued' ? { 'X-Fallback-Mode': 'true' } : {}),
        ...(outcome.kind === 'duplicate' ? { 'Idempotency-Replayed': 'true' } : {}),
      });
    }
    case 'in-flight':
      return problem('in-flight', 'Another message with this id is on its way: send again in a moment', {
        id,
        headers: { ...limit, ...retryAfter(0) },
      });
    case 'limited':
      return problem('limited', 'Send fewer messages, and this one again after Retry-After', {
        id,
        headers: { ...limit, ...retryAfter(outcome.retryInMs) },
      });
    case 'rejected':
      return outcome.cause === 'too-large'
        ? problem('too-large', outcome.reason, { headers: limit })
        : problem('invalid-message', outcome.reason, {
            errors: [{ path: '', message: outcome.reason }],
            headers: limit,
          });
    case 'unavailable':
      return problem('unavailable', 'Message processing services temporarily unavailable', {
        id,
        headers: { ...limit, ...retryAfter(outcome.retryInMs) },
      });
  }
}
