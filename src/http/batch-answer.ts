import type { Receipt } from '../ports/receipts.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import type { Refused } from './accept-items.ts';
import { type Told, UNAVAILABLE } from './outcome-answer.ts';
import { type ProblemCode, problemAnswer, problemDocument, retryAfter } from './problems.ts';

/** What a client is told of one message of a batch. */
type Item =
  | (Receipt & { readonly replayed?: true })
  | {
      readonly id?: string | undefined;
      readonly status: 'rejected' | 'unavailable';
      readonly error: ReturnType<typeof problemDocument>;
    };

/**
 * Answer to a batch: 202 if every message was accepted, 207 if some were. If none was, it is a problem: theirs
 * where they share one, 503 where a service was missing, and 422 otherwise. With one item for each message.
 */
export function batchAnswer(requestId: string, told: readonly Told[], limit: Answer['headers']): Answer {
  const items = told.map(toItem);
  const count = (...kinds: Item['status'][]) => items.filter(({ status }) => kinds.includes(status)).length;
  const body = {
    published: count('published'),
    // A dead letter is kept, and waits for an operator.
    queued: count('queued', 'dead'),
    rejected: count('rejected'),
    unavailable: count('unavailable'),
    items,
  };
  const refused = told.filter((each): each is Refused => each.kind === 'problem');
  const waits = refused.flatMap(({ retryInMs }) => retryInMs ?? []);
  const headers = {
    ...limit,
    ...(body.queued > 0 ? { 'X-Fallback-Mode': 'true' } : {}),
    ...(waits.length > 0 ? retryAfter(Math.min(...waits)) : {}),
  };
  if (refused.length < told.length || told.length === 0)
    return jsonAnswer(refused.length > 0 ? 207 : 202, body, headers);
  const code = codeOf(refused);
  const detail = code === 'unavailable' ? UNAVAILABLE : 'No message was accepted: `items` says why';
  return problemAnswer(code, detail, { requestId, headers, batch: body });
}

function toItem(told: Told): Item {
  if (told.kind === 'accepted') return told.isReplayed ? { ...told.receipt, replayed: true } : told.receipt;
  const { code, detail, members } = told;
  const { id, ...rest } = members;
  const error = problemDocument(code, detail, rest);
  return { ...(id === undefined ? {} : { id }), status: code === 'unavailable' ? code : 'rejected', error };
}

function codeOf(refused: readonly Refused[]): ProblemCode {
  const codes = new Set(refused.map(({ code }) => code));
  if (codes.has('unavailable')) return 'unavailable';
  const [only] = codes;
  return codes.size === 1 && only !== undefined && only !== 'not-json' ? only : 'invalid-message';
}
