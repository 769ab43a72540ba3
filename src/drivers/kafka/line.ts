import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs, { type CompressionTypes, type ISocketFactory, type Producer } from 'kafkajs';
import { type Compression, kafkaJsCompression } from './compression.ts';
import { deliverWholeFrames } from './frames.ts';
import { kafkaJsSecurity, type SaslSettings, type TlsSettings } from './security.ts';

/** How KafkaJS is set up for every line. */
export interface LineSettings {
  readonly ssl: boolean | TlsSettings;
  readonly sasl?: SaslSettings | undefined;
  /** The most that a call may take, in milliseconds; KafkaJS's own limits are set below it. */
  readonly timeoutMs: number;
  readonly compression: Compression;
  /** How soon partitions that were added are seen, in milliseconds. */
  readonly metadataMaxAgeMs: number;
}

/** A record as KafkaJS takes it: every field is there, and the partition is chosen. */
export interface KafkaRecord {
  readonly key: Buffer | null;
  readonly value: string;
  readonly headers: Record<string, string>;
  readonly timestamp: string;
  partition: number;
}

const GIVEN_UP = 'Given up after a call on it had failed';

/** What stands in a send that is to load metadata: the partitioner ends it before it is written. */
const NOTHING = { value: '' };

/**
 * One KafkaJS producer for one topic, and the sockets that it opened. KafkaJS goes on using dead
 * sockets, and lets a failed topic spoil every other topic of the same producer: so each topic has
 * a producer of its own, and a broken one is replaced rather than repaired.
 */
export class Line {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #sockets = new Set<Socket>();
  readonly #timeoutMs: number;
  readonly #compression: CompressionTypes;
  #partitionCount = 0;
  #destroyed = false;

  /** `seed` is the broker that is asked for the others, `host:port`. */
  constructor(settings: LineSettings, seed: string, topic: string) {
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
      logLevel: kafkajs.logLevel.NOTHING,
      socketFactory: trackedSockets(this.#sockets, () => this.#destroyed),
      ...kafkaJsSecurity(settings),
    });
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

  /** How many partitions the topic had when it was last asked for. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  /** Learns the topic's partitions and leaders; the broker makes the topic, where it allows that. */
  async loadMetadata(): Promise<void> {
    try {
      await this.#producer.sendBatch({ topicMessages: [{ topic: this.#topic, messages: [NOTHING] }] });
    } catch (error) {
      if (this.#partitionCount === 0) throw error;
    }
  }

  /**
   * Sends records of one partition in one call (acks=all). Answers the first one's offset, or
   * undefined where the broker's answer leaves the partition out. Throws KafkaJS's errors.
   */
  async send(partition: number, messages: KafkaRecord[]): Promise<string | undefined> {
    const answer = await this.#producer.sendBatch({
      topicMessages: [{ topic: this.#topic, messages }],
      acks: -1,
      // The broker gives up before KafkaJS does, so that its answer is heard.
      timeout: Math.ceil(this.#timeoutMs / 2),
      compression: this.#compression,
    });
    return answer.find((said) => said.partition === partition)?.baseOffset;
  }

  /** Lets calls in flight come to their end, but not for ever, then lets go of the sockets. */
  async retire(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timeoutMs);
    await Promise.race([this.#producer.disconnect().catch(() => {}), late]);
    clearTimeout(timer);
    this.destroy();
  }

  /** Drops the sockets at once: whatever waits on them fails now. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const socket of this.#sockets) socket.destroy(new Error(GIVEN_UP));
    this.#producer.disconnect().catch(() => {});
  }

  /** KafkaJS shows a topic's partitions to its partitioner only. */
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
    // KafkaJS tries to recover, also on a line that was given up.
    if (isDestroyed()) socket.destroy(new Error(GIVEN_UP));
    return deliverWholeFrames(socket);
  };
}
