import type { Clock } from '../../../ports/clock.ts';
import type { Dialect } from './dialect.ts';
import type { RestLine } from './line.ts';
import { tellsOfTopic } from './statuses.ts';

/** So long an answer is believed: a topic may be made at any time. */
const BELIEVED_MS = 1000;

/**
 * Which topics are missing, or refused to us. A proxy waits for such a topic for as long as for a Kafka
 * that is away (60 s by default) and answers neither in time: so it is asked for the topic meanwhile.
 */
export class MissingTopics {
  readonly #dialect: Dialect;
  readonly #line: RestLine;
  readonly #clock: Clock;
  readonly #askedAt = new Map<string, number>();
  readonly #missingAt = new Map<string, number>();

  constructor(dialect: Dialect, line: RestLine, clock: Clock) {
    this.#dialect = dialect;
    this.#line = line;
    this.#clock = clock;
  }

  has(topic: string): boolean {
    return this.#isRecent(this.#missingAt.get(topic));
  }

  /** For a call that takes long, until `signal` says that it has ended. Never throws. */
  async ask(topic: string, home: string, signal: AbortSignal): Promise<void> {
    if (this.#isRecent(this.#askedAt.get(topic))) return;
    this.#askedAt.set(topic, this.#clock.now());
    const answer = await this.#line.call(this.#dialect.probe(topic, home), signal);
    if (answer.kind === 'reply' && tellsOfTopic(answer.status, answer.text))
      this.#missingAt.set(topic, this.#clock.now());
  }

  #isRecent(at = -Infinity): boolean {
    return this.#clock.now() - at < BELIEVED_MS;
  }
}
