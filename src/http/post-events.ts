import { acceptItems, type AcceptDeps, FIX, type Posted, readItem, type Refused } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { batchAnswer } from './batch-answer.ts';
import { MAX_ITEMS } from './ingress/batch.ts';
import { binaryEvent } from './ingress/cloudevents/binary.ts';
import type { EventMessage } from './ingress/cloudevents/event-message.ts';
import { BATCHED, batchedEvents, STRUCTURED, structuredEvent } from './ingress/cloudevents/structured.ts';
import { parameterErrors } from './ingress/parameters.ts';
import { decodeUtf8, mediaTypeOf, refuseMedia } from './media.ts';
import { firstErrors } from '../message/field-errors.ts';
import type { Submission } from '../message/message.ts';
import { outcomeAnswer, toldAnswer } from './outcome-answer.ts';
import { problemAnswer, type ProblemCode, type ProblemExtras } from './problems.ts';

/** Request with one event or several. */
interface PostedEvents extends Posted {
  readonly query: URLSearchParams;
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

export type PostEvents = (posted: PostedEvents) => Promise<Answer>;

const NO_EVENT = `Send a CloudEvent: the header ce-specversion and others, or Content-Type: ${STRUCTURED} or ${BATCHED}`;

/** Accepts CloudEvents 1.0 in the three modes of their HTTP binding, and answers what became of each. */
export function createPostEvents(deps: AcceptDeps): PostEvents {
  return async (posted) => {
    const { requestId, body, header, query } = posted;
    const problem = (code: ProblemCode, detail: string, extras: ProblemExtras = {}) =>
      problemAnswer(code, detail, { requestId, ...extras });
    const errors = parameterErrors(query, ['topic']);
    if (errors.length > 0) return problem('invalid-message', FIX, { errors });
    if (header('idempotency-key') !== undefined)
      return problem('invalid-message', 'Send no Idempotency-Key: an event is known by its source and id');
    const topic = query.get('topic') ?? undefined;
    const type = mediaTypeOf(header);
    // As it stands: one whose parameters can't be read has no type, and is structured to consumers all the same.
    if (!/^application\/cloudevents/i.test(header('content-type')?.trim() ?? '')) {
      if (header('ce-specversion') === undefined)
        return problem('unsupported-media-type', NO_EVENT, {
          headers: { Accept: `${STRUCTURED}, ${BATCHED}` },
        });
      return acceptOne(binaryEvent({ ...posted, contentType: header('content-type'), topic }), posted, deps);
    }
    const media = refuseMedia(header, [STRUCTURED, BATCHED]);
    if (media) return problem('unsupported-media-type', media.detail, { headers: media.headers });
    const text = decodeUtf8(body);
    if (text === undefined) return problem('not-json', 'The body is not valid UTF-8');
    if (type === STRUCTURED) return acceptOne(structuredEvent(text, topic), posted, deps);
    const events = batchedEvents(text);
    if (!events) return problem('not-json', 'Send a JSON array of events');
    if (events.length > MAX_ITEMS) return problem('too-large', `Send at most ${MAX_ITEMS} events in a batch`);
    const items = events.map((event) => readEvent(structuredEvent(event, topic), posted, deps));
    const { told, limit } = await acceptItems(items, deps);
    return batchAnswer(requestId, told, limit);
  };
}

async function acceptOne(event: EventMessage, posted: Posted, deps: AcceptDeps): Promise<Answer> {
  const item = readEvent(event, posted, deps);
  if ('kind' in item) return toldAnswer(posted.requestId, item, {});
  const [outcome] = await deps.accept([item]);
  return outcomeAnswer(posted.requestId, item, outcome, deps.keepsReceipts);
}

function readEvent(event: EventMessage, posted: Posted, deps: AcceptDeps): Submission | Refused {
  switch (event.kind) {
    case 'json':
      return readItem(event.json, posted, deps);
    case 'not-json':
      return { kind: 'problem', code: 'not-json', detail: 'Is not a JSON object', members: {} };
    case 'invalid':
      return {
        kind: 'problem',
        code: 'invalid-message',
        detail: FIX,
        members: { errors: firstErrors(event.errors) },
      };
  }
}
