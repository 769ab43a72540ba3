import type { Context } from 'hono';
import type { Message } from '../accept/message.ts';
import { type Outcome, toReceipt } from '../accept/outcome.ts';
import { problem, retryAfter } from './errors.ts';
import { rateLimitFields } from './rate-limit.ts';

const NO_OUTCOME: Outcome = { kind: 'unavailable', cause: 'failed', reason: 'No outcome', retryInMs: 0 };

/** Tells the client of one message what became of it. */
export function toResponse(c: Context, message: Message, outcome: Outcome = NO_OUTCOME): Response {
  const { id } = message;
  const limit = rateLimitFields(outcome);
  switch (outcome.kind) {
    case 'published':
    case 'queued':
    case 'duplicate': {
      const receipt = toReceipt(message, outcome);
      return c.json(receipt, 202, {
        ...limit,
        Location: `/v1/messages/${encodeURIComponent(id)}`,
        ...(receipt?.status === 'queued' ? { 'X-Fallback-Mode': 'true' } : {}),
        ...(outcome.kind === 'duplicate' ? { 'Idempotency-Replayed': 'true' } : {}),
      });
    }
    case 'in-flight':
      return problem(c, 'in-flight', 'Another message with this id is on its way: send again in a moment', {
        id,
        headers: { ...limit, ...retryAfter(0) },
      });
    case 'limited':
      return problem(c, 'limited', 'Send fewer messages, and this one again after Retry-After', {
        id,
        headers: { ...limit, ...retryAfter(outcome.retryInMs) },
      });
    case 'rejected':
      return outcome.cause === 'too-large'
        ? problem(c, 'too-large', outcome.reason, { headers: limit })
        : problem(c, 'invalid-message', outcome.reason, {
            errors: [{ path: '', message: outcome.reason }],
            headers: limit,
          });
    case 'unavailable':
      return problem(c, 'unavailable', 'Message processing services temporarily unavailable', {
        id,
        headers: { ...limit, ...retryAfter(outcome.retryInMs) },
      });
  }
}
