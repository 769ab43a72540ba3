import type { Outcome } from '../accept/outcome.ts';
import type { Message } from '../message/message.ts';
import type { PublishResult, Unpublished } from '../ports/publisher.ts';
import { causeOf, isTopics } from './detour-cause.ts';
import type { Metrics } from './metrics.ts';

/** Register of the topics that could not be written when they were last tried, and counter of the causes. */
export class TopicTroubles {
  readonly #metrics: Pick<Metrics, 'countDetour' | 'countBackfillFailure'>;
  readonly #reasons = new Map<string, string>();

  constructor(metrics: Pick<Metrics, 'countDetour' | 'countBackfillFailure'>) {
    this.#metrics = metrics;
  }

  /** Topic → why it can't be written. */
  get reasons(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#reasons);
  }

  /** Learns from the outcome of a client's message. */
  accepted(outcome: Outcome, topic: string): void {
    if (outcome.kind === 'published') this.#works(topic);
    if (outcome.kind !== 'queued') return;
    this.#metrics.countDetour(topic, causeOf(outcome.because));
    this.#fails(topic, outcome.because);
  }

  /** Learns from what became of parked messages. */
  drained(messages: readonly Message[], results: readonly PublishResult[]): void {
    for (const [index, { topic }] of messages.entries()) {
      const result = results[index];
      if (result?.kind === 'published') this.#works(topic);
      if (result?.kind !== 'failed') continue;
      this.#metrics.countBackfillFailure(topic, causeOf(result));
      this.#fails(topic, result);
    }
  }

  #works(topic: string): void {
    if (this.#reasons.size > 0) this.#reasons.delete(topic);
  }

  #fails(topic: string, result: Unpublished): void {
    if (result.kind === 'failed' && isTopics(causeOf(result))) this.#reasons.set(topic, result.reason);
  }
}
