import type { Durability } from '../../../../ports/durability.ts';
import type { Probe } from '../../../../ports/probe.ts';
import type { Store } from '../../../../ports/store.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from '../verbs/attempt.ts';
import { type ScheduleFlush, perTurn } from '../verbs/batcher.ts';
import { RedisSharedState } from '../verbs/shared-state.ts';
import { readDurability } from '../verbs/durability.ts';
import { RedisGate } from '../verbs/gate.ts';
import { probeRedis } from '../verbs/probe.ts';
import { RedisReceipts } from '../verbs/receipts.ts';
import { CLAIM } from '../scripts/claim.ts';
import { EXHUME } from '../scripts/exhume.ts';
import { READ_LETTERS } from '../scripts/read-letters.ts';
import { REAP } from '../scripts/reap.ts';
import { SETTLE } from '../scripts/settle.ts';
import { type Command, openPost, type Post } from './client.ts';
import { Pipeline } from './pipeline.ts';
import { UpstashList } from './list.ts';
import { sendInParts } from './parts.ts';
import { describe } from './reasons.ts';
import { MAX_REQUEST_BYTES, sizeOf } from './size.ts';

export interface UpstashSettings {
  /** Base URL, as in `https://name.upstash.io`. */
  readonly url: string;
  readonly token: string;
  /** Size limit of the list, in bytes. */
  readonly maxListBytes?: number;
  /** Defaults to `perTurn`. */
  readonly scheduleFlush?: ScheduleFlush;
  /** Called for each request, for runtimes that limit them. */
  readonly onCall?: () => void;
}

/** Scripts of the worker and of operators alone, which move much at once. */
const UNHURRIED = new Set<unknown>(
  [CLAIM, SETTLE, REAP, EXHUME, READ_LETTERS].flatMap(({ sha, lua }) => [sha, lua]),
);
/** Head-of-line blocking: a command of this size would delay the others of its request. */
const LARGE_BYTES = 250_000;

/** Redis store over HTTP, by Upstash's REST API. */
export class UpstashStore implements Store {
  readonly list: UpstashList;
  readonly gate: RedisGate;
  readonly receipts: RedisReceipts;
  readonly sharedState: RedisSharedState;
  readonly #pipeline: Pipeline;
  readonly #token: string;

  /** Throws if `url` is not a URL. Opens no connection. */
  constructor({ url, token, maxListBytes, scheduleFlush = perTurn, onCall = () => {} }: UpstashSettings) {
    const post = openPost(url, token);
    const counted: Post = (commands, deadline) => {
      onCall();
      return post(commands, deadline);
    };
    this.#pipeline = new Pipeline(counted, scheduleFlush);
    this.#token = token;
    this.list = new UpstashList(this.#attempt, maxListBytes, scheduleFlush);
    this.gate = new RedisGate(this.#attempt, 'one', scheduleFlush);
    this.receipts = new RedisReceipts(this.#attempt);
    this.sharedState = new RedisSharedState(this.#attempt);
  }

  probe(): Promise<Probe> {
    return probeRedis(this.#attempt, this.list.probeSize.bytes);
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#attempt(readDurability);
  }

  close(): Promise<void> {
    this.#pipeline.close();
    return Promise.resolve();
  }

  readonly #attempt: Attempt = async (verb) => {
    try {
      return { kind: 'done', value: await verb((...command) => this.#send(command)) };
    } catch (error) {
      return { kind: 'failed', reason: describe(error, this.#token), call: {} };
    }
  };

  async #send(command: Command): Promise<unknown> {
    const bytes = sizeOf(command);
    if (bytes > MAX_REQUEST_BYTES) return sendInParts((part) => this.#pipeline.alone(part), command);
    if (bytes > LARGE_BYTES || UNHURRIED.has(command[1])) return this.#pipeline.alone(command);
    return this.#pipeline.share(command, bytes);
  }
}
