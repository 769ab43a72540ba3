import type { Message } from '../../../message/message.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Probe } from '../../../ports/probe.ts';
import {
  type EarlyResult,
  isTopics,
  type ProducerStats,
  type Publisher,
  type PublishResult,
  type TopicCheck,
} from '../../../ports/publisher.ts';
import { isEncodable, NOT_ENCODABLE } from '../encodable.ts';
import { Cancellation } from './cancellation.ts';
import type { OpenSettings } from './open-producer.ts';
import { PendingRecord } from './pending-record.ts';
import { EarlyCall, PublishCall } from './publish-call.ts';
import { Stats } from '../stats.ts';
import { Topic } from './topic.ts';

export interface KafkaJsSettings extends OpenSettings {
  /** The topic whose metadata a probe requests. */
  readonly probeTopic: string;
  /** Back-pressure limit: bytes of records that wait or are in flight. Beyond it records are refused. */
  readonly maxPendingBytes: number;
}

const BUSY: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 1000 };

/**
 * Kafka producer over Kafka's own protocol, with batching: concurrent records for one partition share a
 * request. Every record has its result within `timeoutMs`; broken connections are replaced.
 */
export class KafkaJsPublisher implements Publisher {
  readonly #settings: KafkaJsSettings;
  readonly #clock: Clock;
  readonly #stats = new Stats();
  readonly #topics = new Map<string, Topic>();
  readonly #cancellation = new Cancellation();

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
    this.#submit(messages, call, Infinity, signal);
    return call.done;
  }

  publishWithin(
    messages: readonly Message[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<EarlyResult[]> {
    if (messages.length === 0) return Promise.resolve([]);
    const call = new EarlyCall(messages.length, this.#stats);
    this.#submit(messages, call, patienceMs, signal);
    return call.early;
  }

  /**
   * Health check over new connections, to a bootstrap broker and to each leader: an open one proves nothing
   * about the next request.
   */
  async probe(): Promise<Probe> {
    const probed = this.#topic(this.#settings.probeTopic);
    const wrong = await probed.renew();
    if (wrong?.result.kind === 'failed' && wrong.result.blame === 'kafka')
      return { kind: 'down', reason: wrong.result.reason };
    const { reached, outOfReach } = await probed.reachLeaders();
    if (reached === 0 && outOfReach.length > 0)
      return {
        kind: 'down',
        reason: `The leaders in advertised.listeners are out of reach: ${outOfReach.join(', ')}`,
      };
    // After an outage, connections of other topics may be half-open.
    for (const topic of this.#topics.values()) if (topic !== probed) topic.retire();
    return { kind: 'up' };
  }

  /** Requests the topic's metadata and connects to its leaders, as a probe does. */
  async checkTopic(name: string): Promise<TopicCheck> {
    const topic = this.#topic(name);
    const wrong = await topic.renew();
    if (wrong) {
      const { reason } = wrong.result;
      return { kind: 'failed', blame: isTopics(wrong.result) ? 'topic' : 'kafka', reason };
    }
    const { outOfReach } = await topic.reachLeaders();
    if (outOfReach.length > 0) return { kind: 'out-of-reach', reason: outOfReach.join(', ') };
    return { kind: 'ready', partitions: topic.partitionCount };
  }

  close(): Promise<void> {
    for (const topic of this.#topics.values()) topic.close();
    return Promise.resolve();
  }

  #submit(messages: readonly Message[], call: PublishCall, patienceMs: number, signal?: AbortSignal): void {
    const now = this.#clock.now();
    if (signal) this.#cancellation.watch(signal, call);
    for (const [index, message] of messages.entries()) {
      if (!isEncodable(message)) {
        call.settle(index, NOT_ENCODABLE);
        continue;
      }
      const pending = new PendingRecord(message, now, call, index, patienceMs);
      call.add(pending);
      this.#add(pending, message.topic);
    }
    if (signal?.aborted) call.cancel();
  }

  #add(pending: PendingRecord, topic: string): void {
    const waiting = this.#stats.pendingBytes;
    this.#stats.pendingBytes += pending.bytes;
    // A record above the limit is let through when nothing else is pending.
    if (waiting > 0 && waiting + pending.bytes > this.#settings.maxPendingBytes) pending.settle(BUSY);
    else this.#topic(topic).add(pending);
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
