import type { Accept } from '../accept/accept.ts';
import { type Parsed, parseMessage, type ParseContext } from '../message/parse.ts';
import type { Submission } from '../message/message.ts';
import type { Answer } from './answer.ts';
import { NO_OUTCOME, tell, type Told } from './outcome-answer.ts';
import { rateLimitFields } from './rate-limit.ts';
import { type Sender, whyForbidden } from './auth/sender.ts';
import { withTrace } from './trace.ts';

export interface AcceptDeps extends ParseContext {
  readonly accept: Accept;
  /** Whether receipts can be read afterwards. */
  readonly keepsReceipts: boolean;
}

/** Request with messages, from whichever server. */
export interface Posted {
  readonly requestId: string;
  readonly body: Uint8Array;
  /** Value of a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly sender: Sender;
}

/** Why an item of a request is no message. */
export type Refused = Extract<Told, { kind: 'problem' }>;

/** Detail of a message with errors. */
export const FIX = 'Fix the fields listed in `errors`';

/**
 * Reads the JSON text of one message. `id`: the one that came beside it. `notJson`: detail for a text that is
 * no JSON object.
 */
export function readItem(
  json: string,
  { header, sender }: Pick<Posted, 'header' | 'sender'>,
  deps: AcceptDeps,
  {
    id,
    notJson = 'Is not a JSON object',
  }: { readonly id?: string | undefined; readonly notJson?: string } = {},
): Submission | Refused {
  const parsed: Parsed = parseMessage(json, deps, id);
  switch (parsed.kind) {
    case 'not-json':
      return { kind: 'problem', code: 'not-json', detail: notJson, members: {} };
    case 'invalid':
      return { kind: 'problem', code: 'invalid-message', detail: FIX, members: { errors: parsed.errors } };
    case 'message': {
      const { hasClientId } = parsed;
      const forbidden = whyForbidden(sender, parsed.message);
      if (forbidden !== undefined)
        return { kind: 'problem', code: 'forbidden', detail: forbidden, members: {} };
      const { client, limit, owner } = sender;
      const message = withTrace(parsed.message, header);
      return { message: owner === undefined ? message : { ...message, owner }, hasClientId, client, limit };
    }
  }
}

/** What became of the items of a request, in order, and the fields of the rate limit after them. */
export interface AcceptedItems {
  readonly told: readonly Told[];
  readonly limit: Answer['headers'];
}

/** Accepts the messages among the items together. A refused one costs its neighbours nothing. */
export async function acceptItems(
  items: readonly (Submission | Refused)[],
  { accept, keepsReceipts }: Pick<AcceptDeps, 'accept' | 'keepsReceipts'>,
): Promise<AcceptedItems> {
  const submissions = items.filter((each): each is Submission => !('kind' in each));
  const outcomes = submissions.length > 0 ? await accept(submissions) : [];
  let next = 0;
  const told = items.map((each): Told => {
    if ('kind' in each) return each;
    return withId(tell(each, outcomes[next++] ?? NO_OUTCOME, keepsReceipts), each.message.id);
  });
  const [last = NO_OUTCOME] = outcomes.slice(-1);
  return { told, limit: rateLimitFields(last) };
}

/** A client finds its messages by their ids. */
function withId(told: Told, id: string): Told {
  if (told.kind === 'accepted') return told;
  const { errors } = told.members;
  return { ...told, members: errors ? { id, errors } : { id } };
}
