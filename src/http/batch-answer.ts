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
  const refused = told.filter(isRefused);
  const headers = {
    ...limit,
    ...(body.queued > 0 ? { 'X-Fallback-Mode': 'true' } : {}),
    ...waitOf(refused),
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

const isRefused = (told: Told): told is Refused => told.kind === 'problem';

/** `Retry-After` for the first of them that has a chance. */
function waitOf(refused: readonly Refused[]): Record<string, string> {
  const waits = refused.flatMap(({ retryInMs }) => retryInMs ?? []);
  return waits.length > 0 ? retryAfter(Math.min(...waits)) : {};
}

/** Problem of a request of which nothing was accepted, in the words for its first message that has it. */
export function batchProblem(
  told: readonly Told[],
  limit: Answer['headers'],
  wordsOf: (refused: Refused) => string,
): Answer {
  const refused = told.filter(isRefused);
  const code = codeOf(refused);
  const first = refused.find((each) => each.code === code) ?? refused[0];
  const detail = first ? wordsOf(first) : 'No message was accepted';
  return problemAnswer(code, detail, { headers: { ...limit, ...waitOf(refused) } });
}
