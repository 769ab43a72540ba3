import { acceptItems, type AcceptDeps, type Posted, readItem } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { batchAnswer } from './batch-answer.ts';
import { BATCH_TYPES, decodeBatch, MAX_ITEMS } from './ingress/batch.ts';
import { decodeUtf8, mediaTypeOf, refuseMedia } from './media.ts';
import { problemAnswer, type ProblemCode, type ProblemExtras } from './problems.ts';

/** Accepts the messages of a batch together, and answers what became of each, in order. */
export function createPostBatch(deps: AcceptDeps): (posted: Posted) => Promise<Answer> {
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
      case 'items': {
        const items = batch.items.map((item) => readItem(item, posted, deps));
        const { told, limit } = await acceptItems(items, deps);
        return batchAnswer(requestId, told, limit);
      }
    }
  };
}
