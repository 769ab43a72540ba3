import { isReceiptKept, type Outcome, toReceipt } from '../accept/outcome.ts';
import type { Submission } from '../message/message.ts';
import type { Receipt } from '../ports/receipts.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { type ProblemCode, problemAnswer, type ProblemMembers, retryAfter } from './problems.ts';
import { rateLimitFields } from './rate-limit.ts';

/** What a client is told of one message. */
export type Told =
  /** `isReplayed`: an earlier message with its id was. `hasLocation`: the receipt can be read later. */
  | {
      readonly kind: 'accepted';
      readonly receipt: Receipt;
      readonly isReplayed: boolean;
      readonly hasLocation: boolean;
    }
  /** `retryInMs`: when to send it again, where that may help. */
  | {
      readonly kind: 'problem';
      readonly code: ProblemCode;
      readonly detail: string;
      readonly members: Pick<ProblemMembers, 'id' | 'errors'>;
      readonly retryInMs?: number;
    };

export const NO_OUTCOME: Outcome = {
  kind: 'unavailable',
  cause: 'failed',
  reason: 'No outcome',
  retryInMs: 0,
};

/** Puts the outcome of a message into words. `keepsReceipts`: receipts can be read afterwards. */
export function tell({ message, hasClientId }: Submission, outcome: Outcome, keepsReceipts: boolean): Told {
  const { id } = message;
  switch (outcome.kind) {
    case 'published':
    case 'queued':
    case 'duplicate':
      return {
        kind: 'accepted',
        receipt: toReceipt(message, outcome),
        isReplayed: outcome.kind === 'duplicate',
        hasLocation: keepsReceipts && isReceiptKept(outcome, hasClientId),
      };
    case 'in-flight': {
      const detail = 'Another message with this id is on its way: send again in a moment';
      return { kind: 'problem', code: 'in-flight', detail, members: { id }, retryInMs: 0 };
    }
    case 'conflict': {
      const detail = 'A message with this id and other content was accepted before: choose another id';
      return { kind: 'problem', code: 'id-taken', detail, members: { id } };
    }
    case 'limited': {
      const { retryInMs } = outcome;
      const detail = 'Send fewer messages, and this one again after Retry-After';
      return { kind: 'problem', code: 'limited', detail, members: { id }, retryInMs };
    }
    case 'rejected': {
      const { cause, reason: detail } = outcome;
      if (cause === 'too-large') return { kind: 'problem', code: 'too-large', detail, members: {} };
      const errors = [{ path: '', message: detail }];
      return { kind: 'problem', code: 'invalid-message', detail, members: { errors } };
    }
    case 'unavailable':
      return {
        kind: 'problem',
        code: 'unavailable',
        detail: UNAVAILABLE,
        members: { id },
        retryInMs: outcome.retryInMs,
      };
  }
}

export const UNAVAILABLE = 'Message processing services temporarily unavailable';

/** Answer for the outcome of one message, which came with the request `requestId`. */
export function outcomeAnswer(
  requestId: string,
  submission: Submission,
  outcome: Outcome = NO_OUTCOME,
  keepsReceipts = true,
): Answer {
  return toldAnswer(requestId, tell(submission, outcome, keepsReceipts), rateLimitFields(outcome));
}

/** Answer to a request with one message. `limit`: the fields of the rate limit. */
export function toldAnswer(requestId: string, told: Told, limit: Answer['headers']): Answer {
  if (told.kind === 'problem') {
    const { code, detail, members, retryInMs } = told;
    const headers = retryInMs === undefined ? limit : { ...limit, ...retryAfter(retryInMs) };
    return problemAnswer(code, detail, { requestId, ...members, headers });
  }
  const { receipt, isReplayed, hasLocation } = told;
  return jsonAnswer(202, receipt, {
    ...limit,
    ...(hasLocation ? { Location: `/v1/messages/${encodeURIComponent(receipt.id)}` } : {}),
    ...(receipt.status === 'queued' ? { 'X-Fallback-Mode': 'true' } : {}),
    ...(isReplayed ? { 'Idempotency-Replayed': 'true' } : {}),
  });
}
