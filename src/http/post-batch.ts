import { acceptItems, type AcceptDeps, type Posted, readItem } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { batchAnswer } from './batch-answer.ts';
import { decodeBatch, MAX_ITEMS } from './ingress/batch.ts';
import { NDJSON } from './ingress/streamed.ts';
import { decodeUtf8, mediaTypeOf } from './media.ts';
import type { PostLines } from './post-lines.ts';
import { problemAnswer, type ProblemCode } from './problems.ts';
import { refuseBatch } from './refuse-batch.ts';

/**
 * Accepts the messages of a batch whose body has arrived, and answers what became of each, in order. Those of an
 * array go together.
 */
export function createPostBatch(deps: AcceptDeps, postLines: PostLines): (posted: Posted) => Promise<Answer> {
  return async (posted) => {
    const { requestId, body, header } = posted;
    const problem = (code: ProblemCode, detail: string) => problemAnswer(code, detail, { requestId });
    if (mediaTypeOf(header) === NDJSON) return postLines(posted, [body]);
    const refused = refuseBatch(posted);
    if (refused) return refused;
    const text = decodeUtf8(body);
    if (text === undefined) return problem('not-json', 'The body is not valid UTF-8');
    const batch = decodeBatch(text);
    switch (batch.kind) {
      case 'not-array':
        return problem(
          'not-json',
          'Send a JSON array of messages, as in [{"value": 1}], or a message a line',
        );
      case 'empty':
        return problem('invalid-message', 'Send at least one message');
      case 'too-many':
        return problem('too-large', `Send at most ${MAX_ITEMS} messages in an array`);
      case 'items': {
        const items = batch.items.map((item) => readItem(item, posted, deps));
        const { told, limit } = await acceptItems(items, deps);
        return batchAnswer(requestId, told, limit);
      }
    }
  };
}
