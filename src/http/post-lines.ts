import type { Posted, Refused } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { partsAnswer } from './batch-answer.ts';
import { BodyError } from './body-error.ts';
import { LineSplitter } from './ingress/lines.ts';
import { LineGroups, type LineGroupsDeps } from './line-groups.ts';
import { problemAnswer, retryAfter } from './problems.ts';
import { refuseBatch } from './refuse-batch.ts';

/** Most lines of a request: the item of each is kept until the answer. */
export const MAX_LINES = 100_000;

export interface PostLinesDeps extends LineGroupsDeps {
  readonly maxBodyBytes: number;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Accepts the lines of a body while the rest of it arrives, and answers what became of each, in order. */
export type PostLines = (posted: Omit<Posted, 'body'>, chunks: Chunks) => Promise<Answer>;

const refused = (code: Refused['code'], detail: string): Refused => ({
  kind: 'problem',
  code,
  detail,
  members: {},
});
const EMPTY = refused('invalid-message', 'Send at least one message');
const TOO_MANY = refused(
  'too-large',
  `Send at most ${MAX_LINES} messages in a request, and the rest in others`,
);
const FINISHING: Refused = {
  ...refused('unavailable', 'This instance is shutting down: send the rest again'),
  retryInMs: 0,
};

/** `PostLines`. What was read is accepted, even where the rest of the body is too large or does not come. */
export function createPostLines(deps: PostLinesDeps): PostLines {
  return async (posted, chunks) => {
    const { requestId } = posted;
    const wrong = refuseBatch(posted);
    if (wrong) return wrong;
    const groups = new LineGroups(posted, deps);
    const rest = await readLines(chunks, groups, deps);
    const areSubmitted = await groups.submit();
    const end = areSubmitted ? rest : FINISHING;
    const { parts, limit } = await groups.accepted();
    if (parts.length > 0) return partsAnswer(requestId, parts, limit, end);
    const { code, detail, retryInMs } = end ?? EMPTY;
    const headers = retryInMs === undefined ? {} : retryAfter(retryInMs);
    return problemAnswer(code, detail, { requestId, headers });
  };
}

/** Hands the lines to `groups`. Answers why the rest of the body was not read, where it was not. */
async function readLines(
  chunks: Chunks,
  groups: LineGroups,
  { maxBodyBytes, isFinishing }: Pick<PostLinesDeps, 'maxBodyBytes' | 'isFinishing'>,
): Promise<Refused | undefined> {
  const splitter = new LineSplitter();
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of arriving(chunks)) {
    if (isFinishing()) return FINISHING;
    if (!(chunk instanceof Uint8Array)) return chunk;
    bytes += chunk.length;
    if (bytes > maxBodyBytes)
      return refused('too-large', `A body may have ${maxBodyBytes} bytes at most: send the rest in others`);
    const end = await addLines(splitter.push(chunk), groups);
    if (end) return end;
  }
  return addLines(splitter.end(), groups);
}

async function addLines(
  lines: readonly (string | Refused)[],
  groups: LineGroups,
): Promise<Refused | undefined> {
  for (const line of lines) {
    if (groups.lines === MAX_LINES) return TOO_MANY;
    groups.add(line);
    if (groups.isFull && !(await groups.submit())) return FINISHING;
  }
  return undefined;
}

/** The chunks, and behind them why there are no more of them, where the body has not come to its end. */
async function* arriving(chunks: Chunks): AsyncGenerator<Uint8Array | Refused> {
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (error) {
    // Other servers have errors of their own for a client that has gone.
    const { code, message } = error instanceof BodyError ? error : CUT_OFF;
    yield refused(code, message);
  }
}

const CUT_OFF = new BodyError('cut-off', 'Send the whole body: the rest has not arrived');
