import type { Attempts } from './attempts.ts';
import type { Reply } from './exchange.ts';
import type { Outcome, Trouble } from './outcome.ts';
import { isTooLarge, readBatch } from './read-reply.ts';

/** Message on its way. Its text never changes: the service refuses an id that comes with other content. */
export interface Outgoing {
  readonly id: string;
  /** JSON in one line. */
  readonly text: string;
  /** Size of `text` in UTF-8. */
  readonly bytes: number;
  readonly settle: (outcome: Outcome) => void;
}

/** Posts messages as lines of JSON (NDJSON). */
export type PostBatch = (body: string, timeoutMs: number) => Promise<Reply>;

/** Sends a batch, and again what was not accepted of it, until each message has its outcome. */
export async function deliver(
  batch: readonly Outgoing[],
  attempts: Attempts,
  post: PostBatch,
): Promise<void> {
  let left = batch;
  while (left.length > 0) {
    const reply = await post(left.map(({ text }) => text).join('\n'), attempts.timeoutMs);
    if (left.length > 1 && isTooLarge(reply)) {
      const half = Math.ceil(left.length / 2);
      const halves = [left.slice(0, half), left.slice(half)];
      await Promise.all(halves.map((part) => deliver(part, attempts.fresh(), post)));
      return;
    }
    const failed = settleDone(left, reply);
    if (failed.length === 0) return;
    const retryAfterMs = reply.kind === 'answer' ? reply.retryAfterMs : undefined;
    if (!(await attempts.next(retryAfterMs))) {
      for (const { message, trouble } of failed)
        message.settle({ kind: 'unavailable', id: message.id, ...trouble });
      return;
    }
    left = failed.map(({ message }) => message);
  }
}

interface Failed {
  readonly message: Outgoing;
  readonly trouble: Trouble;
}

/** Settles the messages that have an outcome, and answers the others. */
function settleDone(batch: readonly Outgoing[], reply: Reply): Failed[] {
  const ids = batch.map(({ id }) => id);
  const verdicts = readBatch(ids, reply);
  return batch.flatMap((message, index): Failed[] => {
    const verdict = verdicts[index];
    if (verdict === undefined) return [];
    switch (verdict.kind) {
      case 'done':
        message.settle(verdict.outcome);
        return [];
      case 'again':
        return [{ message, trouble: verdict.trouble }];
    }
  });
}
