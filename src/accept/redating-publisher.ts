import type { Message } from '../message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import { type EarlyResult, NO_RESULT, type Publisher, type PublishResult } from '../ports/publisher.ts';

/** The clock of this host is ahead, or behind: that passes once it is set. */
const WRONG_CLOCK: PublishResult = {
  kind: 'failed',
  blame: 'topic',
  reason: 'INVALID_TIMESTAMP: Kafka refuses the time of this host, so set its clock',
  maybeWritten: false,
};

/**
 * Publisher that dates a message anew when Kafka refuses its timestamp and the client left it undated
 * (decorator): an outage may last longer than `message.timestamp.before.max.ms`. A client is never told that a
 * time of ours is invalid.
 */
export class RedatingPublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #clock: Clock;
  /** Topic → the latest timestamp refused: older ones are dated anew at once, so that no batch is refused for them. */
  readonly #refused = new Map<string, number>();

  constructor(inner: Publisher, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    return this.#redating(messages, (dated) => this.#inner.publish(dated, signal));
  }

  /** A time that Kafka refuses of a message in doubt is for the worker, which publishes the parked copy. */
  publishWithin(
    messages: readonly Message[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<EarlyResult[]> {
    const inner = this.#inner;
    return this.#redating<EarlyResult>(messages, (dated) =>
      inner.publishWithin ? inner.publishWithin(dated, patienceMs, signal) : inner.publish(dated, signal),
    );
  }

  async #redating<Result extends EarlyResult>(
    messages: readonly Message[],
    publish: (dated: readonly Message[]) => Promise<Result[]>,
  ): Promise<(Result | PublishResult)[]> {
    const dated = this.#refused.size === 0 ? messages : messages.map((message) => this.#date(message));
    const results: (Result | PublishResult)[] = await publish(dated);
    if (!results.some((result, index) => isOurs(result, messages[index]))) return results;
    const refused = results.flatMap((result, index) => (isOurs(result, messages[index]) ? [index] : []));
    const again = refused.map((index) => this.#redate(dated[index]!));
    const answers = await publish(again);
    for (const [at, index] of refused.entries()) {
      const answer = answers[at] ?? NO_RESULT;
      results[index] = isOurs(answer, again[at]) ? WRONG_CLOCK : answer;
    }
    return results;
  }

  refusalOf(message: Message): ReturnType<NonNullable<Publisher['refusalOf']>> {
    return this.#inner.refusalOf?.(message);
  }

  probe(signal?: AbortSignal): Promise<Probe> {
    return this.#inner.probe(signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #date(message: Message): Message {
    const isOld = message.timestamp <= (this.#refused.get(message.topic) ?? -1);
    return message.undated && isOld ? this.#withTimeOfNow(message) : message;
  }

  #redate(message: Message): Message {
    const { topic, timestamp } = message;
    this.#refused.set(topic, Math.max(timestamp, this.#refused.get(topic) ?? timestamp));
    return this.#withTimeOfNow(message);
  }

  #withTimeOfNow(message: Message): Message {
    return { ...message, timestamp: this.#clock.wallTime() };
  }
}

function isOurs(result: EarlyResult, message: Message | undefined): boolean {
  return result.kind === 'rejected' && result.cause === 'timestamp' && message?.undated === true;
}
