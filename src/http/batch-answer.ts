import type { Receipt } from '../ports/receipts.ts';
import type { Answer } from './answer.ts';
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

/** Messages by what became of them. */
interface Counts {
  published: number;
  queued: number;
  rejected: number;
  unavailable: number;
}

/** What became of some messages of a batch that follow one another, in little memory. */
export interface BatchPart {
  readonly counts: Readonly<Counts>;
  /** Their items as JSON, with commas between them. */
  readonly items: string;
  readonly refusals: Refusals;
}

/** What is known of refused messages, all together. */
interface Refusals {
  readonly codes: ReadonlySet<ProblemCode>;
  /** When to send the first of them again that has a chance. */
  readonly retryInMs: number | undefined;
}

/** Sums up what became of messages. */
export function partOf(told: readonly Told[]): BatchPart {
  const counts = { published: 0, queued: 0, rejected: 0, unavailable: 0 };
  const items = told.map(toItem);
  // A dead letter is kept, and waits for an operator.
  for (const { status } of items) counts[status === 'dead' ? 'queued' : status]++;
  return { counts, items: JSON.stringify(items).slice(1, -1), refusals: refusalsOf(told.filter(isRefused)) };
}

/**
 * Answer to a batch: 202 if every message was accepted, 207 if some were. If none was, it is a problem: theirs
 * where they share one, 503 where a service was missing, and 422 otherwise. With one item for each message.
 */
export function batchAnswer(requestId: string, told: readonly Told[], limit: Answer['headers']): Answer {
  return partsAnswer(requestId, [partOf(told)], limit);
}

/** The same, for messages that came in parts. `rest`: why those after them were not read. */
export function partsAnswer(
  requestId: string,
  parts: readonly BatchPart[],
  limit: Answer['headers'],
  rest?: Refused,
): Answer {
  const all = rest ? [...parts, partOf([rest])] : parts;
  const counts = sumOf(all);
  const { codes, retryInMs } = joined(all.map(({ refusals }) => refusals));
  const headers = {
    ...limit,
    ...(counts.queued > 0 ? { 'X-Fallback-Mode': 'true' } : {}),
    ...waitOf(retryInMs),
  };
  const withItems = (body: object) =>
    `${JSON.stringify(body).slice(0, -1)},"items":[${all.map(({ items }) => items).join(',')}]}`;
  const hasRefused = counts.rejected + counts.unavailable > 0;
  if (!hasRefused || counts.published + counts.queued > 0)
    return {
      status: hasRefused ? 207 : 202,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: withItems(counts),
    };
  const code = rest?.code ?? codeOf(codes);
  const detail =
    rest?.detail ?? (code === 'unavailable' ? UNAVAILABLE : 'No message was accepted: `items` says why');
  const { status, headers: ofProblem } = problemAnswer(code, detail, { headers });
  const body = withItems({ ...problemDocument(code, detail, { requestId }), ...counts });
  return { status, headers: ofProblem, body };
}

function toItem(told: Told): Item {
  if (told.kind === 'accepted') return told.isReplayed ? { ...told.receipt, replayed: true } : told.receipt;
  const { code, detail, members } = told;
  const { id, ...rest } = members;
  const error = problemDocument(code, detail, rest);
  return { ...(id === undefined ? {} : { id }), status: code === 'unavailable' ? code : 'rejected', error };
}

function sumOf(parts: readonly BatchPart[]): Counts {
  const sum = { published: 0, queued: 0, rejected: 0, unavailable: 0 };
  for (const { counts } of parts) {
    sum.published += counts.published;
    sum.queued += counts.queued;
    sum.rejected += counts.rejected;
    sum.unavailable += counts.unavailable;
  }
  return sum;
}

function refusalsOf(refused: readonly Refused[]): Refusals {
  const waits = refused.flatMap(({ retryInMs }) => retryInMs ?? []);
  return {
    codes: new Set(refused.map(({ code }) => code)),
    retryInMs: waits.length > 0 ? Math.min(...waits) : undefined,
  };
}

function joined(all: readonly Refusals[]): Refusals {
  const waits = all.flatMap(({ retryInMs }) => retryInMs ?? []);
  return {
    codes: new Set(all.flatMap(({ codes }) => [...codes])),
    retryInMs: waits.length > 0 ? Math.min(...waits) : undefined,
  };
}

function codeOf(codes: Refusals['codes']): ProblemCode {
  if (codes.has('unavailable')) return 'unavailable';
  const [only] = codes;
  return codes.size === 1 && only !== undefined && only !== 'not-json' ? only : 'invalid-message';
}

const isRefused = (told: Told): told is Refused => told.kind === 'problem';

/** `Retry-After`, where there is a chance. */
function waitOf(retryInMs: number | undefined): Record<string, string> {
  return retryInMs === undefined ? {} : retryAfter(retryInMs);
}

/** Problem of a request of which nothing was accepted, in the words for its first message that has it. */
export function batchProblem(
  told: readonly Told[],
  limit: Answer['headers'],
  wordsOf: (refused: Refused) => string,
): Answer {
  const refused = told.filter(isRefused);
  const { codes, retryInMs } = refusalsOf(refused);
  const code = codeOf(codes);
  const first = refused.find((each) => each.code === code) ?? refused[0];
  const detail = first ? wordsOf(first) : 'No message was accepted';
  return problemAnswer(code, detail, { headers: { ...limit, ...waitOf(retryInMs) } });
}
