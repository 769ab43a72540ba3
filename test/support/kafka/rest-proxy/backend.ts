import kafkajs, { type Admin, type Message, type Producer } from 'kafkajs';
import { withAdmin } from '../admin.ts';

/** A record as a proxy hands it on: what is undefined is left to Kafka. */
export interface BackendRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly partition?: number | undefined;
  readonly headers?: Record<string, Buffer> | undefined;
  readonly timestamp?: number | undefined;
}

export type Written =
  | { readonly partition: number; readonly offset: number }
  /** Kafka's name for it, and its number. */
  | { readonly error: string; readonly code: number };

const AWAY = 'NETWORK_EXCEPTION';
/** As proxies do, it tries again by itself, for a second or two; real ones take two minutes. */
const RETRY = { retries: 7, initialRetryTime: 20, maxRetryTime: 300 };

/** The Kafka behind the proxy. */
export class Backend {
  readonly #brokers: string;
  #producer: Promise<Producer> | undefined;

  constructor(brokers: string) {
    this.#brokers = brokers;
  }

  /** Each record by itself, in order. */
  async write(topic: string, records: readonly BackendRecord[]): Promise<Written[]> {
    const results: Written[] = [];
    for (const record of records) {
      const last = results.at(-1);
      // Where Kafka is away they all fail together.
      const isAway = last && 'error' in last && last.error === AWAY;
      results.push(isAway ? last : await this.writeBatch(topic, [record]));
    }
    return results;
  }

  /** How many partitions the topic has; undefined where there is no such topic. Throws if Kafka is away. */
  partitionsOf(topic: string): Promise<number | undefined> {
    const ask = async (admin: Admin) => {
      if (!(await admin.listTopics()).includes(topic)) return undefined;
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length;
    };
    return withAdmin(this.#brokers, ask, { retries: 2 });
  }

  topics(): Promise<string[]> {
    return withAdmin(this.#brokers, (admin) => admin.listTopics(), { retries: 2 });
  }

  async stop(): Promise<void> {
    const producer = await this.#producer?.catch(() => {});
    await producer?.disconnect().catch(() => {});
  }

  /** All records or none; they go to one partition. Answers where the first one is. */
  async writeBatch(topic: string, records: readonly BackendRecord[]): Promise<Written> {
    const producer = (this.#producer ??= this.#connect());
    try {
      const messages = records.map(toMessage);
      const [at] = await (await producer).send({ topic, acks: -1, messages });
      return { partition: at!.partition, offset: Number(at!.baseOffset) };
    } catch (error) {
      const failed = told(error);
      if (failed.error === AWAY) this.#forget(producer);
      return failed;
    }
  }

  /** After a fault of the connection a producer of KafkaJS is of no use any more. */
  #forget(producer: Promise<Producer>): void {
    if (this.#producer !== producer) return;
    this.#producer = undefined;
    void producer.then((opened) => opened.disconnect()).catch(() => {});
  }

  async #connect(): Promise<Producer> {
    const kafka = new kafkajs.Kafka({
      brokers: this.#brokers.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 500,
      requestTimeout: 1000,
      retry: RETRY,
    });
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    return producer;
  }
}

function toMessage({ key, value, partition, headers, timestamp }: BackendRecord): Message {
  return {
    key,
    value,
    ...(partition === undefined ? {} : { partition }),
    ...(headers ? { headers } : {}),
    ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
  };
}

/** KafkaJS has no name for it. */
const INVALID_RECORD = 87;

function told(error: unknown): { error: string; code: number } {
  let cause = error as Error & { type?: string; code?: number };
  while (cause.cause instanceof Error) cause = cause.cause;
  const { type, code = -1 } = cause;
  if (code === INVALID_RECORD) return { error: 'INVALID_RECORD', code };
  return typeof type === 'string' ? { error: type, code } : { error: AWAY, code: 13 };
}
