import { parseMessage } from '../message/parse.ts';
import type { Submission } from '../message/message.ts';
import { batchAnswer } from './batch-answer.ts';
import { BATCH_TYPES, decodeBatch, MAX_ITEMS } from './ingress/batch.ts';
import { decodeUtf8, mediaTypeOf, refuseMedia } from './media.ts';
import { NO_OUTCOME, tell, type Told } from './outcome-answer.ts';
import { FIX, type PostedMessage, type PostMessage, type PostMessageDeps } from './post-message.ts';
import { clientOf } from './client.ts';
import { problemAnswer, type ProblemCode, type ProblemExtras } from './problems.ts';
import { rateLimitFields } from './rate-limit.ts';
import { withTrace } from './trace.ts';

/** Accepts the messages of a batch together, and answers what became of each, in order. */
export function createPostBatch(deps: PostMessageDeps): PostMessage {
  return async (posted) => {
    const { requestId, body, header } = posted;
    const problem = (code: ProblemCode, detail: string, extras: ProblemExtras = {}) =>
      problemAnswer(code, detail, { requestId, ...extras });
    const media = refuseMedia(header, BATCH_TYPES);
    if (media) return problem('unsupported-media-type', media.detail, { headers: media.headers });
    if (header('idempotency-key') !== undefined)
      return problem(
        'invalid-message',
        'Give each message an `id`: Idempotency-Key names one message, not a batch',
      );
    const text = decodeUtf8(body);
    if (text === undefined) return problem('not-json', 'The body is not valid UTF-8');
    const batch = decodeBatch(text, mediaTypeOf(header));
    switch (batch.kind) {
      case 'not-array':
        return problem(
          'not-json',
          'Send a JSON array of messages, as in [{"value": 1}], or a message a line',
        );
      case 'empty':
        return problem('invalid-message', 'Send at least one message');
      case 'too-many':
        return problem('too-large', `Send at most ${MAX_ITEMS} messages in a batch`);
      case 'items':
        return acceptAll(batch.items, posted, deps);
    }
  };
}

async function acceptAll(items: readonly string[], posted: PostedMessage, deps: PostMessageDeps) {
  const read = items.map((item) => readItem(item, posted, deps));
  const submissions = read.filter((each): each is Submission => !('kind' in each));
  const outcomes = submissions.length > 0 ? await deps.accept(submissions) : [];
  let next = 0;
  const told = read.map((each): Told => {
    if ('kind' in each) return each;
    return withId(tell(each, outcomes[next++] ?? NO_OUTCOME, deps.keepsReceipts), each.message.id);
  });
  const [last = NO_OUTCOME] = outcomes.slice(-1);
  return batchAnswer(posted.requestId, told, rateLimitFields(last));
}

function readItem(item: string, { header, clientAddress }: PostedMessage, deps: PostMessageDeps) {
  const parsed = parseMessage(item, { ...deps, now: deps.clock.wallTime() });
  switch (parsed.kind) {
    case 'not-json':
      return refused({ code: 'not-json', detail: 'Is not a JSON object', members: {} });
    case 'invalid':
      return refused({
        code: 'invalid-message',
        detail: FIX,
        members: { errors: parsed.errors },
      });
    case 'message': {
      const message = withTrace(parsed.message, header);
      return { message, hasClientId: parsed.hasClientId, client: clientOf(clientAddress) };
    }
  }
}

function refused(why: Omit<Extract<Told, { kind: 'problem' }>, 'kind'>): Told {
  return { kind: 'problem', ...why };
}

/** A client finds its messages by their ids. */
function withId(told: Told, id: string): Told {
  if (told.kind === 'accepted') return told;
  const { errors } = told.members;
  return { ...told, members: errors ? { id, errors } : { id } };
}
