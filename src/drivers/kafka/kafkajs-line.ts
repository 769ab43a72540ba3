import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs, { type ISocketFactory, type Producer, type RecordMetadata } from 'kafkajs';
import { protocolCode } from './kafkajs-errors.ts';
import type { KafkaJsSettings } from './kafkajs.ts';

/** A record as KafkaJS takes it. The partition is written into it when it is chosen, once. */
export interface KafkaRecord {
  readonly key: string | null;
  readonly value: string;
  readonly headers: Record<string, string>;
  readonly timestamp: string;
  partition?: number;
}

/** A topic that is being made is unknown for a moment, and then has no leader for another. */
const LEADER_TRIES = 10;
const LEADER_WAIT_MS = 50;

/**
 * One KafkaJS producer for one topic, with the sockets that it opened. KafkaJS goes on using dead
 * sockets, and lets a failed topic spoil every other topic of the same producer: so each topic has
 * a producer of its own, and a broken one is destroyed and made new rather than repaired.
 */
export class Line {
  /** Settles when the topic's metadata is there, made new by the broker where it allows that. */
  readonly ready: Promise<void>;
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #ackTimeoutMs: number;
  readonly #sockets = new Set<Socket>();
  #destroyed = false;

  constructor(settings: KafkaJsSettings, topic: string) {
    const third = Math.ceil(settings.timeoutMs / 3);
    const kafka = new kafkajs.Kafka({
      clientId: 'spillway',
      brokers: [...settings.brokers],
      connectionTimeout: third,
      authenticationTimeout: third,
      requestTimeout: 2 * third,
      // Retries inside KafkaJS lose and repeat messages; the fallback list is the second try.
      retry: { retries: 0 },
      logLevel: kafkajs.logLevel.NOTHING,
      socketFactory: trackedSockets(this.#sockets),
      ...(settings.ssl ? { ssl: true } : {}),
      ...(settings.sasl ? { sasl: settings.sasl } : {}),
    });
    this.#producer = kafka.producer({
      allowAutoTopicCreation: true,
      createPartitioner: rememberPartition,
      retry: { retries: 0 },
    });
    this.#topic = topic;
    this.#ackTimeoutMs = third;
    this.ready = this.#producer.connect().then(() => this.#loadMetadata());
    // Whoever needs the line awaits it; until then a failure is nobody's.
    this.ready.catch(() => {});
  }

  /** Sends the records in one call to each broker, and answers what was said of each partition. */
  send(messages: KafkaRecord[]): Promise<RecordMetadata[]> {
    return this.#producer.sendBatch({
      topicMessages: [{ topic: this.#topic, messages }],
      acks: -1,
      timeout: this.#ackTimeoutMs,
    });
  }

  /** Lets calls in flight come to their end, then lets go of the sockets. */
  async retire(): Promise<void> {
    await this.#producer.disconnect().catch(() => {});
    this.destroy();
  }

  /** Drops the sockets at once: whatever waits on them fails now. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    const reason = 'given up after a call on it had failed';
    for (const socket of this.#sockets) socket.destroy(new Error(reason));
    this.#producer.disconnect().catch(() => {});
  }

  /** On a producer that is new, an empty send loads metadata and writes nothing. */
  async #loadMetadata(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#producer.sendBatch({ topicMessages: [{ topic: this.#topic, messages: [] }] });
        return;
      } catch (error) {
        if (tries === LEADER_TRIES || !isNotThereYet(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, LEADER_WAIT_MS));
      }
    }
  }
}

function isNotThereYet(error: unknown): boolean {
  const code = protocolCode(error);
  return code === 'UNKNOWN_TOPIC_OR_PARTITION' || code === 'LEADER_NOT_AVAILABLE';
}

function rememberPartition(): ReturnType<typeof kafkajs.Partitioners.DefaultPartitioner> {
  const pick = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => (args.message.partition ??= pick(args));
}

function trackedSockets(sockets: Set<Socket>): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
}
