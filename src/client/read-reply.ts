import type { Reply } from './exchange.ts';
import type { Outcome, Problem, Receipt, Trouble } from './outcome.ts';

/** What a reply means for one message: its outcome, or another attempt. */
export type Verdict =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly trouble: Trouble };

type Answer = Extract<Reply, { kind: 'answer' }>;
type Json = Readonly<Record<string, unknown>>;

/** Reads the reply to a batch: a verdict for each message, in order. */
export function readBatch(ids: readonly string[], reply: Reply): Verdict[] {
  if (reply.kind === 'lost') return ids.map(() => ({ kind: 'again', trouble: reply.trouble }));
  const items = itemsOf(reply.body);
  if (items?.length !== ids.length) return ids.map((id) => readStatus(id, reply));
  return ids.map((id, index) => readItem(id, items[index], reply));
}

/** The body was too large as a whole, so that parts of it may not be. */
export function isTooLarge(reply: Reply): boolean {
  return reply.kind === 'answer' && reply.status === 413 && itemsOf(reply.body) === undefined;
}

/** Reads the reply to a question for a receipt. */
export function readReceiptReply(id: string, reply: Reply): Verdict {
  if (reply.kind === 'lost') return { kind: 'again', trouble: reply.trouble };
  const receipt = isSuccess(reply.status) && receiptOf(id, reply.body);
  return receipt ? { kind: 'done', outcome: receipt } : readStatus(id, reply);
}

function readItem(id: string, item: unknown, { retryAfterMs }: Answer): Verdict {
  const receipt = receiptOf(id, item);
  if (receipt) return { kind: 'done', outcome: receipt };
  const error = isObject(item) ? item['error'] : undefined;
  const status = isObject(error) && typeof error['status'] === 'number' ? error['status'] : 200;
  return readStatus(id, { kind: 'answer', status, body: error, retryAfterMs });
}

/** Verdict on a message of which the answer says no more than a status and a problem. */
function readStatus(id: string, { status, body, retryAfterMs }: Answer): Verdict {
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (isSuccess(status))
    return { kind: 'again', trouble: { reason: 'The answer is not one of this service', ...after } };
  const problem = problemOf(status, body);
  if (!isTemporary(status)) return { kind: 'done', outcome: { kind: 'rejected', id, problem } };
  return { kind: 'again', trouble: { reason: problem.detail, problem, ...after } };
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Statuses of which a repeat may be accepted: the service's, and those of a proxy in front of it. */
function isTemporary(status: number): boolean {
  if (status >= 500) return status !== 501 && status !== 505;
  return status === 408 || status === 409 || status === 425 || status === 429;
}

function receiptOf(id: string, body: unknown): Receipt | undefined {
  if (!isObject(body)) return undefined;
  const { status, topic, partition, offset, reason } = body;
  if (typeof topic !== 'string') return undefined;
  if (status === 'queued') return { kind: status, id, topic };
  if (status === 'dead') return { kind: status, id, topic, reason: String(reason) };
  if (status !== 'published' || typeof partition !== 'number' || typeof offset !== 'string') return undefined;
  return { kind: status, id, topic, partition, offset };
}

function problemOf(status: number, body: unknown): Problem {
  const { type, title, detail, errors, requestId }: Json = isObject(body) ? body : {};
  return {
    type: typeof type === 'string' ? type : 'about:blank',
    title: typeof title === 'string' ? title : `HTTP status ${status}`,
    status,
    detail: typeof detail === 'string' ? detail : `The answer has the status ${status} and says no more`,
    ...(Array.isArray(errors) ? { errors } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

function itemsOf(body: unknown): readonly unknown[] | undefined {
  const items = isObject(body) ? body['items'] : undefined;
  return Array.isArray(items) ? items : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
