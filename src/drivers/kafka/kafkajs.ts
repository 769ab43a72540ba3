import type { Message } from '../../accept/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Probe } from '../../ports/probe.ts';
import type { ProducerStats, Publisher, PublishResult } from '../../ports/publisher.ts';
import type { OpenSettings } from './open-line.ts';
import { isEncodable, Pending } from './pending.ts';
import { Stats } from './stats.ts';
import { Topic } from './topic.ts';

export interface KafkaJsSettings extends OpenSettings {
  /** The topic that a probe asks for. */
  readonly probeTopic: string;
  /** How many bytes of records may wait or be in flight; more are refused. */
  readonly maxPendingBytes: number;
}

const NOT_ENCODABLE: PublishResult = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'The message has a part that is not text',
};
const ABORTED = {
  kind: 'failed',
  blame: 'caller',
  reason: 'The caller waited no longer for Kafka',
} as const;
const BUSY: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 1000 };

/**
 * Publishes over Kafka's own protocol. What is published at the same time to the same partition
 * shares a call. Every record has its result within `timeoutMs`; broken connections are replaced.
 */
export class KafkaJsPublisher implements Publisher {
  readonly #settings: KafkaJsSettings;
  readonly #clock: Clock;
  readonly #stats = new Stats();
  readonly #topics = new Map<string, Topic>();

  constructor(settings: KafkaJsSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get stats(): ProducerStats {
    return this.#stats;
  }

  async publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    if (messages.length === 0) return [];
    const { promise, resolve } = Promise.withResolvers<PublishResult[]>();
    const results: PublishResult[] = [];
    let left = messages.length;
    const pendings = messages.flatMap((message, index) => {
      const settle = (result: PublishResult) => {
        results[index] = result;
        if (--left === 0) resolve(results);
      };
      if (isEncodable(message)) return this.#add(message, settle);
      settle(NOT_ENCODABLE);
      return [];
    });
    const onAbort = () => {
      for (const pending of pendings) pending.settle({ ...ABORTED, maybeWritten: pending.isSent });
    };
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    await promise;
    signal?.removeEventListener('abort', onAbort);
    return results;
  }

  /** Connects anew: a connection that is open proves nothing about the next call. */
  async probe(): Promise<Probe> {
    const probed = this.#topic(this.#settings.probeTopic);
    const wrong = await probed.renew();
    if (wrong?.result.kind === 'failed' && wrong.result.blame === 'kafka')
      return { kind: 'down', reason: wrong.result.reason };
    // Kafka was away: what the other topics' lines have may be dead without knowing.
    for (const topic of this.#topics.values()) if (topic !== probed) void topic.retire();
    return { kind: 'up' };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#topics.values()].map((topic) => topic.close()));
  }

  #add(message: Message, settle: (result: PublishResult) => void): Pending {
    const stats = this.#stats;
    const pending = new Pending(message, this.#clock.now(), (result) => {
      stats.pendingBytes -= pending.bytes;
      if (result.kind === 'failed' && result.maybeWritten) stats.maybeWritten++;
      settle(result);
    });
    const isFull =
      stats.pendingBytes > 0 && stats.pendingBytes + pending.bytes > this.#settings.maxPendingBytes;
    stats.pendingBytes += pending.bytes;
    if (isFull) pending.settle(BUSY);
    else this.#topic(message.topic).add(pending);
    return pending;
  }

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (!topic) {
      topic = new Topic({ name, settings: this.#settings, clock: this.#clock, stats: this.#stats });
      this.#topics.set(name, topic);
    }
    return topic;
  }
}
