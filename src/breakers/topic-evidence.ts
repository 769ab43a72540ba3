import type { Message } from '../message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { PublishResult } from '../ports/publisher.ts';

/** How long a result counts as evidence, in milliseconds. */
const RECENT_MS = 2000;

/**
 * Evidence across topics of whether a failed publish is Kafka's fault, so that one sick topic, partition or
 * broker does not divert the messages of the others.
 */
export class TopicEvidence {
  readonly #clock: Clock;
  /** Topic → when it was last published, and when a partition of it last failed. Topics are few: an allow-list. */
  readonly #publishedAt = new Map<string, number>();
  readonly #partitionFailedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the results of a call, before any of them is judged. */
  note(messages: readonly Message[], results: readonly PublishResult[]): void {
    const now = this.#clock.now();
    // By index, as in the judge.
    for (let index = 0; index < results.length; index++) {
      const topic = messages[index]?.topic;
      const result = results[index];
      if (topic === undefined || !result) continue;
      if (result.kind === 'published') this.#publishedAt.set(topic, now);
      else if (result.kind === 'failed' && result.blame === 'partition')
        this.#partitionFailedAt.set(topic, now);
    }
  }

  /** Whether a fault of Kafka that `topic` met is contradicted: another topic was published a moment ago. */
  excuses(topic: string): boolean {
    return this.#hasRecent(this.#publishedAt, topic);
  }

  /** Whether a partition's failure in `topic` is Kafka's: another topic's failed as well, and none is published. */
  isWidespread(topic: string): boolean {
    return this.#hasRecent(this.#partitionFailedAt, topic) && !this.#hasRecent(this.#publishedAt);
  }

  #hasRecent(times: ReadonlyMap<string, number>, except?: string): boolean {
    const since = this.#clock.now() - RECENT_MS;
    for (const [topic, at] of times) if (at >= since && topic !== except) return true;
    return false;
  }
}
