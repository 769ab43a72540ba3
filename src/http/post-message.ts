import { type AcceptDeps, FIX, type Posted, readItem } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { idempotencyKey } from './ingress/idempotency-key.ts';
import { decodeUtf8, refuseMedia } from './media.ts';
import { outcomeAnswer, toldAnswer } from './outcome-answer.ts';
import { problemAnswer } from './problems.ts';

export type PostMessage = (posted: Posted) => Promise<Answer>;

/** Accepts one message, and answers what became of it. */
export function createPostMessage(deps: AcceptDeps): PostMessage {
  return (posted) => {
    const { requestId, body, header } = posted;
    const media = refuseMedia(header);
    if (media)
      return Promise.resolve(
        problemAnswer('unsupported-media-type', media.detail, { requestId, headers: media.headers }),
      );
    const text = decodeUtf8(body);
    if (text !== undefined) return acceptJson(text, posted, deps);
    return Promise.resolve(problemAnswer('not-json', 'The body is not valid UTF-8', { requestId }));
  };
}

/** Accepts one message by its JSON text. */
export async function acceptJson(
  json: string,
  posted: Omit<Posted, 'body'>,
  deps: AcceptDeps,
): Promise<Answer> {
  const { requestId, header } = posted;
  const key = idempotencyKey(header);
  if (key?.kind === 'invalid')
    return problemAnswer('invalid-message', FIX, { requestId, errors: key.errors });
  const item = readItem(json, posted, deps, {
    id: key?.id,
    notJson: 'Send one JSON object, as in {"value": 1}',
  });
  if ('kind' in item) return toldAnswer(requestId, item, {});
  const [outcome] = await deps.accept([item]);
  return outcomeAnswer(requestId, item, outcome, deps.keepsReceipts);
}
