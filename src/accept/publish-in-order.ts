import {
  type EarlyResult,
  type InDoubt,
  NO_RESULT,
  type PublishResult,
  type Unpublished,
} from '../ports/publisher.ts';
import type { Message } from '../message/message.ts';
import { orderKeyOf } from '../message/order-key.ts';

/** Not tried: earlier messages of its key wait. */
const BEHIND: Unpublished = { kind: 'refused', because: 'behind', retryInMs: 0 };

export function isUnpublished(result: EarlyResult = NO_RESULT): result is Unpublished | InDoubt {
  return result.kind === 'failed' || result.kind === 'refused' || result.kind === 'in-doubt';
}

/**
 * Publishes messages in waves, the first of each key, then the second of each, and so on: none is
 * sent before the earlier ones of its key are in Kafka. Behind one that was not published, and
 * behind those whose keys are `held`, none is sent. Once `mayGoOn` says no, no other wave is.
 */
export async function publishInOrder<Result extends EarlyResult = PublishResult>(
  messages: readonly Message[],
  publish: (messages: readonly Message[]) => Promise<readonly Result[]>,
  { held = new Set(), mayGoOn = () => true }: { held?: ReadonlySet<string>; mayGoOn?: () => boolean } = {},
): Promise<(Result | PublishResult)[]> {
  const results = messages.map((): Result | PublishResult => BEHIND);
  const stopped = new Map<string, PublishResult>();
  for (const orderKey of held) stopped.set(orderKey, BEHIND);
  for (const wave of wavesOf(messages)) {
    const open = wave.filter(({ orderKey, index }) => {
      const ahead = orderKey === undefined ? undefined : stopped.get(orderKey);
      if (ahead) results[index] = ahead;
      return !ahead;
    });
    if (open.length === 0) continue;
    if (!mayGoOn()) break;
    const answers = await publish(open.map(({ message }) => message));
    for (const [at, { index, orderKey }] of open.entries()) {
      const answer = answers[at] ?? NO_RESULT;
      results[index] = answer;
      if (orderKey !== undefined && isUnpublished(answer))
        stopped.set(orderKey, answer.kind === 'refused' ? answer : BEHIND);
    }
  }
  return results;
}

interface Placed {
  readonly message: Message;
  readonly index: number;
  readonly orderKey: string | undefined;
}

/** Messages without a key go in the first wave. */
function wavesOf(messages: readonly Message[]): Placed[][] {
  const waves: Placed[][] = [];
  const counts = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    const orderKey = orderKeyOf(message);
    const earlier = (orderKey !== undefined && counts.get(orderKey)) || 0;
    if (orderKey !== undefined) counts.set(orderKey, earlier + 1);
    (waves[earlier] ??= []).push({ message, index, orderKey });
  }
  return waves;
}
