import { Redis } from 'ioredis';
import type { Probe } from '../../ports/probe.ts';
import type { Backlog, ClaimRequest, Store, StoreReply, Verdict } from '../../ports/store.ts';
import { BACKLOG } from './scripts/backlog.ts';
import { CLAIM } from './scripts/claim.ts';
import { DEAD, LEASES, NOWHERE, PENDING, QUEUE } from './scripts/keys.ts';
import { REAP } from './scripts/reap.ts';
import { runScript, type Script } from './scripts/script.ts';
import { SETTLE } from './scripts/settle.ts';

/** A command's limit. Redis forces every write to the disk, and a busy disk takes its time. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 500;
const LONGEST_PAUSE_MS = 500;

/** The fallback list in Redis, over its own protocol. */
export class RedisStore implements Store {
  readonly #redis: Redis;
  /** Commands of the first moments wait for the first connection, or for the news that there is none. */
  readonly #started: Promise<void>;

  /** `url` as in `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  constructor(url: string) {
    this.#redis = new Redis(url, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A connection on which nothing comes back is given up, though TCP still holds it.
      socketTimeout: 2 * COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      // Neither waits for a connection nor sends a command twice: the caller decides what comes next.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableAutoPipelining: true,
      retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
    });
    // What is wrong shows in the replies; without a listener ioredis writes it to the console.
    this.#redis.on('error', () => {});
    this.#started = new Promise((resolve) => {
      this.#redis.once('ready', resolve).once('close', resolve);
      setTimeout(resolve, CONNECT_TIMEOUT_MS);
    });
  }

  park(entries: readonly string[]): Promise<StoreReply<void>> {
    return this.#try(async () => {
      if (entries.length > 0) await this.#redis.lpush(QUEUE, ...entries);
    });
  }

  claim({ batch, maxCount, maxBytes, leaseMs }: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    const keys = [QUEUE, PENDING + batch, LEASES];
    return this.#try(
      async () => (await this.#run(CLAIM, keys, [batch, maxCount, maxBytes, leaseMs])) as string[],
    );
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    const keys = [QUEUE, PENDING + batch, LEASES, DEAD];
    const letters = verdicts.map(({ kind }) => LETTERS[kind]).join('');
    const reasons = verdicts.flatMap((verdict) => (verdict.kind === 'dead' ? [verdict.reason] : []));
    return this.#try(async () => (await this.#run(SETTLE, keys, [batch, letters, ...reasons])) === 1);
  }

  reap(): Promise<StoreReply<number>> {
    return this.#try(async () => Number(await this.#run(REAP, [QUEUE, LEASES], [PENDING])));
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#try(async () => {
      const counts = (await this.#run(BACKLOG, [QUEUE, LEASES, DEAD], [PENDING])) as number[];
      const [waiting = 0, claimed = 0, dead = 0] = counts;
      return { waiting, claimed, dead };
    });
  }

  /** A full or read-only Redis answers PING; only a write shows whether it would park. */
  async probe(): Promise<Probe> {
    const reply = await this.#try(() => this.#redis.lpushx(NOWHERE, ''));
    return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return runScript((command, ...rest) => this.#redis.call(command, ...rest), script, keys, args);
  }

  async #try<T>(verb: () => Promise<T>): Promise<Extract<StoreReply<T>, { kind: 'done' | 'failed' }>> {
    try {
      await this.#started;
      return { kind: 'done', value: await verb() };
    } catch (error) {
      return { kind: 'failed', reason: this.#describe(error) };
    }
  }

  /** ioredis's own words for a lost connection name its options; Redis's replies carry no payload. */
  #describe(error: unknown): string {
    if (this.#redis.status !== 'ready') return 'No connection to Redis';
    return error instanceof Error ? error.message.slice(0, 200) : 'An unknown error';
  }
}

const LETTERS: Record<Verdict['kind'], string> = { done: 'd', return: 'r', defer: 'f', dead: 'x' };
