import type { PublishResult } from '../ports/publisher.ts';
import type { Message } from './message.ts';
import { orderKeyOf } from './order-key.ts';

/** Not final: the message has to be parked. */
export type Unpublished = Extract<PublishResult, { kind: 'failed' | 'refused' }>;

/** A publisher owes one result for each message; one that it forgot was not published. */
export const NO_RESULT: PublishResult = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'The publisher gave no result',
  maybeWritten: true,
};

/** Not tried: earlier messages of its key wait. */
const BEHIND: Unpublished = { kind: 'refused', because: 'behind', retryInMs: 0 };

export function isUnpublished(result: PublishResult = NO_RESULT): result is Unpublished {
  return result.kind === 'failed' || result.kind === 'refused';
}

type Publish = (messages: readonly Message[]) => Promise<readonly PublishResult[]>;

/**
 * Publishes messages in waves, the first of each key, then the second of each, and so on: none is
 * sent before the earlier ones of its key are in Kafka. Behind one that was not published, and
 * behind those whose keys are `held`, none is sent. Once `mayGoOn` says no, no other wave is.
 */
export async function publishInOrder(
  messages: readonly Message[],
  publish: Publish,
  { held = new Set(), mayGoOn = () => true }: { held?: ReadonlySet<string>; mayGoOn?: () => boolean } = {},
): Promise<PublishResult[]> {
  const results = messages.map((): PublishResult => BEHIND);
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
