import type { Cluster, Redis } from 'ioredis';
import type { Durability } from '../../ports/durability.ts';
import type { Probe } from '../../ports/probe.ts';
import type { Store } from '../../ports/store.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { COMMAND_TIMEOUT_MS, connectRedis } from './redis-connect.ts';
import { RemoteBoard } from './remote-board.ts';
import { readDurability } from './remote-durability.ts';
import { RemoteGate } from './remote-gate.ts';
import { RemoteList } from './remote-list.ts';
import { probeRemote } from './remote-probe.ts';
import { RemoteReceipts } from './remote-receipts.ts';
import type { Send } from './scripts/script.ts';

/** Redis, over its own protocol. */
export class RedisStore implements Store {
  readonly list: RemoteList;
  readonly gate: RemoteGate;
  readonly receipts: RemoteReceipts;
  readonly board: RemoteBoard;
  readonly #redis: Redis | Cluster;
  /** Commands of the first moments wait for the first connection, or for the news that there is none. */
  readonly #started: Promise<void>;
  #lastError = '';

  /** `url` as `connectRedis` takes it. */
  constructor(url: string) {
    this.#redis = connectRedis(url);
    this.list = new RemoteList(this.#attempt);
    this.gate = new RemoteGate(this.#attempt, this.#redis.isCluster ? 'many' : 'one');
    this.receipts = new RemoteReceipts(this.#attempt);
    this.board = new RemoteBoard(this.#attempt);
    // Told with the replies; it names the address, and no password.
    this.#redis.on('error', (error: Error) => (this.#lastError = error.message));
    this.#redis.on('ready', () => (this.#lastError = ''));
    this.#started = new Promise((resolve) => {
      this.#redis.once('ready', resolve).once('close', resolve);
      setTimeout(resolve, COMMAND_TIMEOUT_MS);
    });
  }

  probe(): Promise<Probe> {
    return probeRemote(this.#attempt);
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#attempt(readDurability);
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  readonly #attempt: Attempt = async (verb) => {
    try {
      await this.#started;
      return { kind: 'done', value: await verb(this.#send) };
    } catch (error) {
      return { kind: 'failed', reason: this.#describe(error), call: {} };
    }
  };

  readonly #send: Send = (command, ...args) => this.#redis.call(command, ...args);

  /** ioredis's own words for a lost connection name its options; Redis's replies carry no payload. */
  #describe(error: unknown): string {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'An unknown error';
    if (this.#redis.status !== 'ready' || reason.startsWith('Stream isn'))
      return ['No connection to Redis', ...(this.#lastError ? [this.#lastError] : [])].join(': ');
    return reason;
  }
}
