import { Redis } from 'ioredis';
import type { Probe } from '../../ports/probe.ts';
import type { Store } from '../../ports/store.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import { RemoteList } from './remote-list.ts';
import { NOWHERE } from './scripts/keys.ts';
import type { Send } from './scripts/script.ts';

/** The most that a caller waits for an answer. A disk that is forced to write takes its time, but less. */
const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 500;
const LONGEST_PAUSE_MS = 500;

/** Redis, over its own protocol. */
export class RedisStore implements Store {
  readonly list = new RemoteList((verb) => this.#attempt(verb));
  readonly #redis: Redis;
  /** Commands of the first moments wait for the first connection, or for the news that there is none. */
  readonly #started: Promise<void>;
  #lastError = '';

  /** `url` as in `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  constructor(url: string) {
    this.#redis = new Redis(url, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A connection on which nothing comes back is given up, though TCP still holds it.
      socketTimeout: 1000,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      // Neither waits for a connection nor sends a command twice: the caller decides what comes next.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableAutoPipelining: true,
      retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
    });
    // Told with the replies; it names the address, and no password.
    this.#redis.on('error', (error: Error) => (this.#lastError = error.message));
    this.#redis.on('ready', () => (this.#lastError = ''));
    this.#started = new Promise((resolve) => {
      this.#redis.once('ready', resolve).once('close', resolve);
      setTimeout(resolve, COMMAND_TIMEOUT_MS);
    });
  }

  /** A full or read-only Redis answers PING; only a write shows whether it would park. */
  async probe(): Promise<Probe> {
    const reply = await this.#attempt((send) => send('LPUSHX', NOWHERE, ''));
    return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  async #attempt<T>(
    verb: (send: Send) => Promise<T>,
  ): Promise<Extract<StoreReply<T>, { kind: 'done' | 'failed' }>> {
    try {
      await this.#started;
      return { kind: 'done', value: await verb((command, ...args) => this.#redis.call(command, ...args)) };
    } catch (error) {
      return { kind: 'failed', reason: this.#describe(error) };
    }
  }

  /** ioredis's own words for a lost connection name its options; Redis's replies carry no payload. */
  #describe(error: unknown): string {
    if (this.#redis.status !== 'ready')
      return ['No connection to Redis', ...(this.#lastError ? [this.#lastError] : [])].join(': ');
    return error instanceof Error ? error.message.slice(0, 200) : 'An unknown error';
  }
}
