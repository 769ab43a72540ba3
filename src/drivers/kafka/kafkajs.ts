import type { Message } from '../../accept/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Probe } from '../../ports/probe.ts';
import type { ProducerStats, Publisher, PublishResult, TopicCheck } from '../../ports/publisher.ts';
import { isEncodable, NOT_ENCODABLE } from './encodable.ts';
import type { OpenSettings } from './open-line.ts';
import { Pending } from './pending.ts';
import { PublishCall } from './publish-call.ts';
import { Stats } from './stats.ts';
import { Topic } from './topic.ts';

export interface KafkaJsSettings extends OpenSettings {
  /** The topic that a probe asks for. */
  readonly probeTopic: string;
  /** How many bytes of records may wait or be in flight; more are refused. */
  readonly maxPendingBytes: number;
}

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

  publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    if (messages.length === 0) return Promise.resolve([]);
    const call = new PublishCall(messages.length, this.#stats);
    const now = this.#clock.now();
    const pendings: Pending[] = [];
    for (const [index, message] of messages.entries()) {
      if (isEncodable(message))
        pendings.push(this.#add(new Pending(message, now, call, index), message.topic));
      else call.settle(index, NOT_ENCODABLE);
    }
    return signal ? endedBy(signal, pendings, call.done) : call.done;
  }

  /** Connects anew: a connection that is open proves nothing about the next call. */
  async probe(): Promise<Probe> {
    const probed = this.#topic(this.#settings.probeTopic);
    const wrong = await probed.renew();
    if (wrong?.result.kind === 'failed' && wrong.result.blame === 'kafka')
      return { kind: 'down', reason: wrong.result.reason };
    // Kafka was away: what the other topics' lines have may be dead without knowing.
    for (const topic of this.#topics.values()) if (topic !== probed) topic.retire();
    return { kind: 'up' };
  }

  /** Connects anew, as a probe does. */
  async checkTopic(name: string): Promise<TopicCheck> {
    const topic = this.#topic(name);
    const wrong = await topic.renew();
    if (wrong) return { kind: 'failed', reason: wrong.result.reason };
    return { kind: 'ready', partitions: topic.partitionCount };
  }

  close(): Promise<void> {
    for (const topic of this.#topics.values()) topic.close();
    return Promise.resolve();
  }

  #add(pending: Pending, topic: string): Pending {
    const waiting = this.#stats.pendingBytes;
    this.#stats.pendingBytes += pending.bytes;
    // What is larger than the bound goes when nothing else does.
    if (waiting > 0 && waiting + pending.bytes > this.#settings.maxPendingBytes) pending.settle(BUSY);
    else this.#topic(topic).add(pending);
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

/** Once the signal aborts nothing is waited for; what was not sent by then will not be. */
async function endedBy<T>(signal: AbortSignal, pendings: readonly Pending[], done: Promise<T>): Promise<T> {
  const onAbort = () => {
    for (const pending of pendings) pending.settle({ ...ABORTED, maybeWritten: pending.isSent });
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await done;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
