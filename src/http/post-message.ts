import type { Accept } from '../accept/accept.ts';
import { parseMessage } from '../message/parse.ts';
import type { Clock } from '../ports/clock.ts';
import type { Answer } from './answer.ts';
import { clientOf } from './client.ts';
import { idempotencyKey } from './ingress/idempotency-key.ts';
import { decodeUtf8, refuseMedia } from './media.ts';
import { outcomeAnswer } from './outcome-answer.ts';
import { type ProblemCode, problemAnswer, type ProblemExtras } from './problems.ts';
import { withTrace } from './trace.ts';

export interface PostMessageDeps {
  readonly accept: Accept;
  readonly defaultTopic: string;
  readonly topics: ReadonlySet<string>;
  readonly newId: () => string;
  /** Whether receipts can be read afterwards. */
  readonly keepsReceipts: boolean;
  readonly clock: Clock;
}

/** `POST /v1/messages` whose body has arrived, from whichever server. */
export interface PostedMessage {
  readonly requestId: string;
  readonly body: Uint8Array;
  /** Value of a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly clientAddress: string | undefined;
}

/** Detail of a message with errors. */
export const FIX = 'Fix the fields listed in `errors`';

export type PostMessage = (posted: PostedMessage) => Promise<Answer>;

/** Accepts one message, and answers what became of it. */
export function createPostMessage(deps: PostMessageDeps): PostMessage {
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
  { requestId, header, clientAddress }: Omit<PostedMessage, 'body'>,
  { accept, keepsReceipts, ...deps }: PostMessageDeps,
): Promise<Answer> {
  const problem = (code: ProblemCode, detail: string, extras: ProblemExtras = {}) =>
    problemAnswer(code, detail, { requestId, ...extras });
  const key = idempotencyKey(header);
  if (key?.kind === 'invalid') return problem('invalid-message', FIX, { errors: key.errors });
  const parsed = parseMessage(json, { ...deps, id: key?.id, now: deps.clock.wallTime() });
  switch (parsed.kind) {
    case 'not-json':
      return problem('not-json', 'Send one JSON object, as in {"value": 1}');
    case 'invalid':
      return problem('invalid-message', FIX, { errors: parsed.errors });
    case 'message': {
      const message = withTrace(parsed.message, header);
      const submission = { message, hasClientId: parsed.hasClientId, client: clientOf(clientAddress) };
      const [outcome] = await accept([submission]);
      return outcomeAnswer(requestId, submission, outcome, keepsReceipts);
    }
  }
}
