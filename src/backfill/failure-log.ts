import type { Message } from '../message/message.ts';
import type { Log } from '../ports/log.ts';
import { isTopics, type PublishResult } from '../ports/publisher.ts';

export const POISON = 'A parked message can never be published: kept as a dead letter';
const STUCK = "Backfill can't publish parked messages: they stay in the list";

interface Failure {
  readonly kind: 'rejected' | 'failed';
  readonly topic: string;
  readonly reason: string;
  /** The first message of them. */
  readonly id: string;
  entries: number;
}

/** Logs what could not be published of a batch: a line for each topic and reason, with its count. */
export function logFailures(messages: readonly Message[], results: readonly PublishResult[], log: Log): void {
  for (const { kind, topic, reason, id, entries } of group(messages, results)) {
    if (kind === 'rejected') log.error(POISON, { id, topic, reason, entries });
    else log.warning(STUCK, { topic, reason, entries });
  }
}

function group(messages: readonly Message[], results: readonly PublishResult[]): Iterable<Failure> {
  const failures = new Map<string, Failure>();
  for (const [index, { id, topic }] of messages.entries()) {
    const result = results[index];
    // An open circuit has a line of its own, and so has a topic that fails.
    if ((result?.kind !== 'rejected' && result?.kind !== 'failed') || isTopics(result)) continue;
    const { kind, reason } = result;
    const key = JSON.stringify([kind, topic, reason]);
    const failure = failures.get(key) ?? { kind, topic, reason, id, entries: 0 };
    failure.entries++;
    failures.set(key, failure);
  }
  return failures.values();
}
