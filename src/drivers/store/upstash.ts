import type { Durability } from '../../ports/durability.ts';
import type { Probe } from '../../ports/probe.ts';
import type { Store } from '../../ports/store.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { type Gathering, perTurn } from './gathering.ts';
import { RemoteBoard } from './remote-board.ts';
import { readDurability } from './remote-durability.ts';
import { RemoteGate } from './remote-gate.ts';
import { probeRemote } from './remote-probe.ts';
import { RemoteReceipts } from './remote-receipts.ts';
import { CLAIM } from './scripts/claim.ts';
import { REAP } from './scripts/reap.ts';
import { SETTLE } from './scripts/settle.ts';
import { type Command, openPost, type Post } from './upstash/client.ts';
import { Line } from './upstash/line.ts';
import { UpstashList } from './upstash/list.ts';
import { sendInParts } from './upstash/parts.ts';
import { describe } from './upstash/reasons.ts';
import { MAX_REQUEST_BYTES, sizeOf } from './upstash/size.ts';

export interface UpstashSettings {
  /** As in `https://name.upstash.io`. */
  readonly url: string;
  readonly token: string;
  /** Past this the list parks no more. */
  readonly maxListBytes?: number;
  /** `perTurn` where it is left out. */
  readonly gathering?: Gathering;
  /** Hears of each request, for runtimes that count them. */
  readonly onCall?: () => void;
}

/** What only the worker waits for, and moves whole batches. */
const UNHURRIED = new Set<unknown>([CLAIM, SETTLE, REAP].flatMap(({ sha, lua }) => [sha, lua]));
/** From here on a command keeps others waiting. */
const LARGE_BYTES = 250_000;

/** Redis over HTTP, as Upstash offers it. */
export class UpstashStore implements Store {
  readonly list: UpstashList;
  readonly gate: RemoteGate;
  readonly receipts: RemoteReceipts;
  readonly board: RemoteBoard;
  readonly #line: Line;
  readonly #token: string;

  /** Throws if `url` is none. Connects to nothing yet. */
  constructor({ url, token, maxListBytes, gathering = perTurn, onCall = () => {} }: UpstashSettings) {
    const post = openPost(url, token);
    const counted: Post = (commands, deadline) => {
      onCall();
      return post(commands, deadline);
    };
    this.#line = new Line(counted, gathering);
    this.#token = token;
    this.list = new UpstashList(this.#attempt, maxListBytes, gathering);
    this.gate = new RemoteGate(this.#attempt, 'one', gathering);
    this.receipts = new RemoteReceipts(this.#attempt);
    this.board = new RemoteBoard(this.#attempt);
  }

  probe(): Promise<Probe> {
    return probeRemote(this.#attempt);
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#attempt(readDurability);
  }

  close(): Promise<void> {
    this.#line.close();
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
    if (bytes > MAX_REQUEST_BYTES) return sendInParts((part) => this.#line.alone(part), command);
    if (bytes > LARGE_BYTES || UNHURRIED.has(command[1])) return this.#line.alone(command);
    return this.#line.share(command, bytes);
  }
}
