import type { Message } from '../../../../src/message/message.ts';
import type kafka from 'kafkajs';
import { recordHeaders } from '../../../../src/message/message.ts';
import type { PublishResult } from '../../../../src/ports/publisher.ts';
import { unpatchedKafkaJs } from '../unpatched-kafkajs.ts';
import type { Client, Habits } from './client.ts';

const TIMEOUT_MS = 300;

const { default: kafkajs } = (await import(await unpatchedKafkaJs())) as { default: typeof kafka };

/**
 * KafkaJS as its documentation has one use it: one producer, which connects before its first send;
 * what resolves counts as acknowledged. Offsets and partitions are not looked at.
 */
export class PlainKafkaJs implements Client {
  readonly #producer: kafka.Producer;
  #connected = false;

  constructor(brokers: readonly string[], { retries = 0, idempotent = false, metadataMaxAge }: Habits = {}) {
    const kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      connectionTimeout: TIMEOUT_MS,
      authenticationTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries, initialRetryTime: 10 },
    });
    this.#producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      idempotent,
      retry: { retries, initialRetryTime: 10 },
      ...(metadataMaxAge === undefined ? {} : { metadataMaxAge }),
    });
  }

  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    try {
      if (!this.#connected) await this.#producer.connect();
      this.#connected = true;
      const topics = Map.groupBy(messages, ({ topic }) => topic);
      await this.#producer.sendBatch({
        topicMessages: [...topics].map(([topic, group]) => ({ topic, messages: group.map(toRecord) })),
      });
      return messages.map(() => ({ kind: 'published', partition: -1, offset: '-1' }));
    } catch (error) {
      return messages.map(() => failure(error));
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => {});
  }
}

function toRecord(message: Message) {
  const { key, value, partition } = message;
  const placed = partition === undefined ? {} : { partition };
  return { key, value, headers: recordHeaders(message), timestamp: String(message.timestamp), ...placed };
}

function failure(error: unknown): PublishResult {
  const reason = error instanceof Error ? error.message : 'unknown';
  // A refused connection tells the caller that nothing was written.
  return { kind: 'failed', blame: 'kafka', reason, maybeWritten: !reason.includes('ECONNREFUSED') };
}
