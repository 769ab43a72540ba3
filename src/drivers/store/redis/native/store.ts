import { errorMessage } from '../../../../common/error-message.ts';
import type { Cluster, Redis } from 'ioredis';
import type { Durability } from '../../../../ports/durability.ts';
import type { Probe } from '../../../../ports/probe.ts';
import type { Store } from '../../../../ports/store.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from '../verbs/attempt.ts';
import { COMMAND_TIMEOUT_MS, connectRedis } from './connect.ts';
import { RedisSharedState } from '../verbs/shared-state.ts';
import { readDurability } from '../verbs/durability.ts';
import { RedisGate } from '../verbs/gate.ts';
import { RedisList } from '../verbs/list.ts';
import { probeRedis } from '../verbs/probe.ts';
import { ConnectionEnder } from '../verbs/refusals.ts';
import { RedisReceipts } from '../verbs/receipts.ts';
import type { Send } from '../scripts/script.ts';

/** Redis store over the native protocol (RESP), by ioredis. */
export class RedisStore implements Store {
  readonly list: RedisList;
  readonly gate: RedisGate;
  readonly receipts: RedisReceipts;
  readonly sharedState: RedisSharedState;
  readonly #redis: Redis | Cluster;
  /** Settles with the first connection, or its failure. Early commands wait for it. */
  readonly #started: Promise<void>;
  readonly #ender = new ConnectionEnder();
  #lastError = '';

  /** `url` as for `connectRedis`. */
  constructor(url: string) {
    this.#redis = connectRedis(url, (refusal) => this.#ends(refusal, this.#ender.endsBy(refusal)));
    this.list = new RedisList(this.#attempt);
    this.gate = new RedisGate(this.#attempt, this.#redis.isCluster ? 'many' : 'one');
    this.receipts = new RedisReceipts(this.#attempt);
    this.sharedState = new RedisSharedState(this.#attempt);
    // Part of the reason of failed replies. It contains the address, and no password.
    this.#redis.on('error', (error: Error) => (this.#lastError = error.message));
    this.#redis.on('ready', () => (this.#lastError = ''));
    this.#started = new Promise((resolve) => {
      this.#redis.once('ready', resolve).once('close', resolve);
      setTimeout(resolve, COMMAND_TIMEOUT_MS);
    });
  }

  probe(): Promise<Probe> {
    return probeRedis(this.#attempt, this.list.probeSize.bytes, (refusal) => {
      if (this.#ends(refusal, this.#ender.endsByProbe(refusal))) this.#redis.disconnect(true);
    });
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

  /** Keeps the refusal that ends a connection, as the reason of what fails until there is a new one. */
  #ends(refusal: string, ends: boolean): boolean {
    if (ends) this.#lastError = refusal;
    return ends;
  }

  /**
   * Reason of a failed reply. ioredis's own messages for a lost connection name its options; Redis's errors
   * carry no payload.
   */
  #describe(error: unknown): string {
    const reason = errorMessage(error).slice(0, 200);
    if (this.#redis.status !== 'ready' || reason.startsWith('Stream isn'))
      return ['No connection to Redis', ...(this.#lastError ? [this.#lastError] : [])].join(': ');
    return reason;
  }
}
