import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs, { type CompressionTypes, type ISocketFactory, type logCreator, type Producer } from 'kafkajs';
import type { RecordValue } from '../../../message/record-value.ts';
import { systemClock, within } from '../../../ports/clock.ts';
import { type Compression, kafkaJsCompression } from './compression.ts';
import { deliverWholeFrames } from './frames.ts';
import { kafkaJsSecurity, type SaslSettings, type TlsSettings } from './security.ts';

/** KafkaJS settings of every producer. */
export interface ProducerSettings {
  readonly ssl: boolean | TlsSettings;
  readonly sasl?: SaslSettings | undefined;
  /** Deadline of a call, in milliseconds. KafkaJS's own timeouts are set below it. */
  readonly timeoutMs: number;
  readonly compression: Compression;
  /** Metadata refresh interval, in milliseconds: added partitions are used after it. */
  readonly metadataMaxAgeMs: number;
}

/** A record in KafkaJS's form, with every field present and the partition chosen. */
export interface KafkaRecord {
  readonly key: Buffer | null;
  readonly value: RecordValue;
  readonly headers: Record<string, string>;
  readonly timestamp: string;
  partition: number;
}

const GIVEN_UP = 'Given up after a call on it had failed';

/** Placeholder record of a send that only loads metadata: the partitioner aborts it before the request. */
const NOTHING = { value: '' };

/**
 * KafkaJS producer of one topic (bulkhead), with the sockets that it opened. KafkaJS goes on using dead
 * sockets, and lets a failed topic spoil every other topic of the same producer. So each topic has a producer
 * of its own, and a broken one is replaced instead of repaired.
 */
export class TopicProducer {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #sockets = new Set<Socket>();
  readonly #timeoutMs: number;
  readonly #compression: CompressionTypes;
  #partitionCount = 0;
  #destroyed = false;

  /** Bootstrap broker, `host:port`. */
  readonly seed: string;

  /** `listen` receives what KafkaJS logs. */
  constructor(settings: ProducerSettings, seed: string, topic: string, listen?: logCreator) {
    const { timeoutMs, metadataMaxAgeMs } = settings;
    const requestTimeout = Math.ceil((timeoutMs * 2) / 3);
    const kafka = new kafkajs.Kafka({
      clientId: 'spillway',
      brokers: [seed],
      connectionTimeout: Math.ceil(timeoutMs / 3),
      authenticationTimeout: Math.ceil(timeoutMs / 3),
      requestTimeout,
      // Retries inside KafkaJS lose and repeat messages.
      retry: { retries: 0 },
      logLevel: listen ? kafkajs.logLevel.DEBUG : kafkajs.logLevel.NOTHING,
      ...(listen && { logCreator: listen }),
      socketFactory: trackedSockets(this.#sockets, () => this.#destroyed),
      ...kafkaJsSecurity(settings),
    });
    this.seed = seed;
    this.#topic = topic;
    this.#timeoutMs = timeoutMs;
    this.#compression = kafkaJsCompression(settings.compression);
    this.#producer = kafka.producer({
      allowAutoTopicCreation: true,
      metadataMaxAge: metadataMaxAgeMs,
      createPartitioner: () => (args) => this.#place(args.partitionMetadata.length, args.message.partition),
      retry: { retries: 0 },
    });
  }

  /** Number of partitions at the last metadata refresh. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  /** Loads the topic's partitions and leaders. The broker creates the topic, if it allows that. */
  async loadMetadata(): Promise<void> {
    try {
      await this.#producer.sendBatch({ topicMessages: [{ topic: this.#topic, messages: [NOTHING] }] });
    } catch (error) {
      if (this.#partitionCount === 0) throw error;
    }
  }

  /**
   * Produces records of one partition in one request, with acks=all. Answers the first record's offset, or
   * undefined if the response leaves the partition out. Throws KafkaJS's errors.
   */
  async send(partition: number, messages: KafkaRecord[]): Promise<string | undefined> {
    const answer = await this.#producer.sendBatch({
      topicMessages: [{ topic: this.#topic, messages }],
      acks: -1,
      // Below KafkaJS's request timeout, so that the broker's own timeout error arrives.
      timeout: Math.ceil(this.#timeoutMs / 2),
      compression: this.#compression,
    });
    return answer.find((said) => said.partition === partition)?.baseOffset;
  }

  /** Connection draining: closes the sockets after the requests in flight, or after `timeoutMs`. */
  async retire(): Promise<void> {
    await within(
      systemClock,
      this.#timeoutMs,
      this.#producer.disconnect().catch(() => {}),
      () => {},
    );
    this.destroy();
  }

  /** Closes the sockets at once: requests in flight fail. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const socket of this.#sockets) socket.destroy(new Error(GIVEN_UP));
    this.#producer.disconnect().catch(() => {});
  }

  /** Custom partitioner. KafkaJS shows a topic's partitions to its partitioner only. */
  #place(partitionCount: number, partition: number | undefined): number {
    this.#partitionCount = partitionCount;
    if (partition === undefined) throw new Error('Sent to load metadata only');
    return partition;
  }
}

function trackedSockets(sockets: Set<Socket>, isDestroyed: () => boolean): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // KafkaJS reconnects even a destroyed producer.
    if (isDestroyed()) socket.destroy(new Error(GIVEN_UP));
    return deliverWholeFrames(socket);
  };
}
