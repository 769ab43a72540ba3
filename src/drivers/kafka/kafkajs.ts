import type { RecordMetadata, SASLOptions } from 'kafkajs';
import { type Message, recordHeaders } from '../../accept/message.ts';
import type { Probe } from '../../ports/probe.ts';
import type { Publisher, PublishResult } from '../../ports/publisher.ts';
import { classify, leavesProducerWhole } from './kafkajs-errors.ts';
import { type KafkaRecord, Line } from './kafkajs-line.ts';

export interface KafkaJsSettings {
  readonly brokers: readonly string[];
  /** The topic that a probe asks for. */
  readonly probeTopic: string;
  /** The most that a call may take; KafkaJS's own limits are set below it. */
  readonly timeoutMs: number;
  readonly ssl: boolean;
  readonly sasl?: SASLOptions | undefined;
}

/** Publishes over Kafka's own protocol. Broken connections are replaced, never used again. */
export class KafkaJsPublisher implements Publisher {
  readonly #settings: KafkaJsSettings;
  readonly #lines = new Map<string, Line>();

  constructor(settings: KafkaJsSettings) {
    this.#settings = settings;
  }

  async publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    const records = messages.map(toRecord);
    const results = new Map<KafkaRecord, PublishResult>();
    const topics = Map.groupBy(records, (_, index) => messages[index]?.topic ?? '');
    await Promise.all([...topics].map(([topic, group]) => this.#send(topic, group, results, signal)));
    return records.map((record) => results.get(record) ?? NOT_CONFIRMED);
  }

  /** Connects anew: a connection that is open proves nothing about the next call. */
  async probe(signal?: AbortSignal): Promise<Probe> {
    const topic = this.#settings.probeTopic;
    const line = new Line(this.#settings, topic);
    const giveUp = () => line.destroy();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await line.ready;
      void this.#lines.get(topic)?.retire();
      this.#lines.set(topic, line);
      return { kind: 'up' };
    } catch (error) {
      line.destroy();
      const failure = classify(error, 'connecting');
      const answered = failure.kind === 'failed' && failure.blame === 'topic';
      return answered ? { kind: 'up' } : { kind: 'down', reason: failure.reason };
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    await Promise.all(lines.map((line) => line.retire()));
  }

  async #send(
    topic: string,
    records: KafkaRecord[],
    results: Map<KafkaRecord, PublishResult>,
    signal?: AbortSignal,
  ): Promise<void> {
    if (signal?.aborted) return;
    const line = this.#line(topic);
    const giveUp = () => this.#drop(topic, line);
    signal?.addEventListener('abort', giveUp, { once: true });
    let stage: 'connecting' | 'sending' = 'connecting';
    try {
      await line.ready;
      stage = 'sending';
      confirm(records, await line.send(records), results);
    } catch (error) {
      const failure = classify(error, stage);
      if (failure.kind === 'failed' && failure.blame === 'topic') this.#retire(topic, line);
      else if (!leavesProducerWhole(error)) this.#drop(topic, line);
      const parts = failure.kind === 'rejected' ? split(records) : [];
      if (parts.length > 1) {
        // The broker refuses a whole batch for one record, and does not say which.
        for (const part of parts) await this.#send(topic, part, results, signal);
        return;
      }
      for (const record of records) results.set(record, failure);
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  #line(topic: string): Line {
    const existing = this.#lines.get(topic);
    if (existing) return existing;
    const line = new Line(this.#settings, topic);
    this.#lines.set(topic, line);
    return line;
  }

  #drop(topic: string, line: Line): void {
    if (this.#lines.get(topic) === line) this.#lines.delete(topic);
    line.destroy();
  }

  /** Others may be in flight on it, and fare better. */
  #retire(topic: string, line: Line): void {
    if (this.#lines.get(topic) === line) this.#lines.delete(topic);
    void line.retire();
  }
}

const NOT_CONFIRMED: PublishResult = {
  kind: 'failed',
  blame: 'kafka',
  reason: "Kafka's answer left the record's partition out",
  maybeWritten: true,
};

function toRecord(message: Message): KafkaRecord {
  return {
    key: message.key,
    value: message.value,
    headers: recordHeaders(message),
    // KafkaJS wants it on all records of a batch, or on none.
    timestamp: String(message.timestamp),
  };
}

/** Published means: the answer names the partition that the record went to. Offsets count up from its base. */
function confirm(
  records: readonly KafkaRecord[],
  answer: readonly RecordMetadata[],
  results: Map<KafkaRecord, PublishResult>,
): void {
  const next = new Map(answer.map((said) => [said.partition, said.baseOffset]));
  for (const record of records) {
    const { partition } = record;
    const offset = partition === undefined ? undefined : next.get(partition);
    if (partition === undefined || offset === undefined) continue;
    results.set(record, { kind: 'published', partition, offset });
    next.set(partition, String(BigInt(offset) + 1n));
  }
}

/** One part for each partition, else halves; a lone record can't be split. */
function split(records: readonly KafkaRecord[]): KafkaRecord[][] {
  const partitions = [...Map.groupBy(records, (record) => record.partition).values()];
  if (partitions.length > 1) return partitions;
  const half = Math.ceil(records.length / 2);
  return [records.slice(0, half), records.slice(half)].filter((part) => part.length > 0);
}
