import type { Clock } from '../../../ports/clock.ts';
import type { Dialect } from './dialect.ts';
import type { ProxyClient } from './proxy-client.ts';
import { tellsOfTopic } from './statuses.ts';

/** Time to live of an answer: a topic may be created at any time. */
const BELIEVED_MS = 1000;

/**
 * Negative cache of missing and forbidden topics. A proxy waits for such a topic as long as for an
 * unreachable Kafka (60 s by default) and answers neither in time, so the topic is checked while a call
 * waits.
 */
export class MissingTopics {
  readonly #dialect: Dialect;
  readonly #client: ProxyClient;
  readonly #clock: Clock;
  readonly #askedAt = new Map<string, number>();
  readonly #missingAt = new Map<string, number>();

  constructor(dialect: Dialect, client: ProxyClient, clock: Clock) {
    this.#dialect = dialect;
    this.#client = client;
    this.#clock = clock;
  }

  has(topic: string): boolean {
    return this.#isRecent(this.#missingAt.get(topic));
  }

  /** Checks the topic of a slow call, until `signal` aborts. Never throws. */
  async ask(topic: string, basePath: string, signal: AbortSignal): Promise<void> {
    if (this.#isRecent(this.#askedAt.get(topic))) return;
    this.#askedAt.set(topic, this.#clock.now());
    const answer = await this.#client.call(this.#dialect.probe(topic, basePath), signal);
    if (answer.kind === 'reply' && tellsOfTopic(answer.status, answer.text))
      this.#missingAt.set(topic, this.#clock.now());
  }

  #isRecent(at = -Infinity): boolean {
    return this.#clock.now() - at < BELIEVED_MS;
  }
}
