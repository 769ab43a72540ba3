import type { Message } from '../../../src/message/message.ts';
import type { Publisher, PublishResult } from '../../../src/ports/publisher.ts';
import { aMessage } from '../fakes/messages.ts';
import type { ReadRecord } from './read-topic.ts';

/** What became of one message of a load. */
export interface LoadOutcome {
  readonly message: Message;
  readonly result: PublishResult;
  /** When it was sent, in milliseconds since the load began. */
  readonly at: number;
  readonly tookMs: number;
}

/**
 * Publishes messages one by one, evenly and whatever became of those before, in turn to each topic.
 * Every other one has a key of its own.
 */
export class PublishLoad {
  /** Those that are decided, in the order in which they were. */
  readonly outcomes: LoadOutcome[] = [];
  readonly #publisher: Publisher;
  readonly #topics: readonly string[];
  readonly #running: Promise<void>;
  readonly #started = performance.now();
  #stopped = false;

  constructor(publisher: Publisher, topics: readonly string[], { perSecond = 200 } = {}) {
    this.#publisher = publisher;
    this.#topics = topics;
    this.#running = this.#run(1000 / perSecond);
  }

  /** Milliseconds since it began. */
  now(): number {
    return performance.now() - this.#started;
  }

  /** Sends no more, and answers when all are decided. */
  async stop(): Promise<readonly LoadOutcome[]> {
    this.#stopped = true;
    await this.#running;
    return this.outcomes;
  }

  async #run(everyMs: number): Promise<void> {
    const sent: Promise<void>[] = [];
    while (!this.#stopped) {
      while (sent.length * everyMs < this.now()) sent.push(this.#publish(sent.length));
      await Bun.sleep(everyMs);
    }
    await Promise.all(sent);
  }

  async #publish(count: number): Promise<void> {
    const topic = this.#topics[count % this.#topics.length] ?? '';
    const id = crypto.randomUUID();
    const message = aMessage({ id, topic, key: count % 4 < 2 ? id : null, timestamp: Date.now() });
    const at = this.now();
    const [result] = await this.#publisher.publish([message]);
    if (!result) throw new Error(`No result for a message to ${topic}`);
    this.outcomes.push({ message, result, at, tookMs: this.now() - at });
  }
}

/**
 * Where the outcomes and what is in the topic disagree, and how often; nothing, if all promises were
 * kept. A message that could be published later must not be rejected.
 */
export function brokenPromises(
  outcomes: readonly LoadOutcome[],
  records: readonly ReadRecord[],
): Record<string, number> {
  const idAt = new Map(records.map((record) => [`${record.partition}/${record.offset}`, idOf(record)]));
  const present = new Set(records.map(idOf));
  const broken = outcomes.map(({ message: { id }, result }) => {
    switch (result.kind) {
      case 'published':
        if (!present.has(id)) return 'published, but absent';
        return idAt.get(`${result.partition}/${result.offset}`) === id ? [] : 'published, but elsewhere';
      case 'failed':
        return !result.maybeWritten && present.has(id) ? `not written, but present: ${result.reason}` : [];
      case 'rejected':
        return `rejected, but for no fault of its own: ${result.reason}`;
      case 'refused':
        return present.has(id) ? 'not tried, but present' : [];
    }
  });
  return tally(broken.flat());
}

/** How often each failure occurred. */
export function failures(outcomes: readonly LoadOutcome[]): Record<string, number> {
  const kinds = outcomes.map(({ result }) => {
    if (result.kind === 'failed') return `${result.blame}: ${result.reason}`;
    return result.kind === 'published' ? [] : result.kind;
  });
  return tally(kinds.flat());
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const idOf = (record: ReadRecord) => record.headers['spillway-id'] ?? '';
