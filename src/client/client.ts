import { Api } from './api.ts';
import { Attempts } from './attempts.ts';
import { batchesOf } from './batches.ts';
import { type Clock, systemClock } from './clock.ts';
import { deliver, type Outgoing } from './deliver.ts';
import type { Fetch } from './exchange.ts';
import { encodeMessage, type Message } from './message.ts';
import type { Outcome } from './outcome.ts';

export type { Message } from './message.ts';
export type { Outcome, Problem, Receipt } from './outcome.ts';

export interface ClientOptions {
  /** Address of the service, such as `http://localhost:8000`. A path in it is kept. */
  readonly url: string | URL;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  /** Function to use in place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Most messages of one request (500). */
  readonly maxBatch?: number | undefined;
  /** Milliseconds for which a message is tried before it is `unavailable` (30,000). */
  readonly timeLimitMs?: number | undefined;
  /** Milliseconds for one request (10,000). More than `PUBLISH_TIMEOUT_MS` of the service. */
  readonly requestTimeoutMs?: number | undefined;
  /** Ends all requests and waits when it aborts: what has no outcome by then is `unavailable`. */
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** For tests: random numbers from 0 up to, and without, 1. */
  readonly random?: (() => number) | undefined;
}

export interface Client {
  /**
   * Sends a message, and again with the same `id` and content until the service has answered what became of it,
   * or the time limit is over. Messages that are sent in one tick share a request. They have no order among each
   * other: to keep the order of a key, await each message before you send the next.
   *
   * - `published`, `queued`: the message is safe. Nothing is left to do.
   * - `rejected`: fix what `problem` says. The same message is rejected again.
   * - `unavailable`: keep the message, and send it again later with the `id` of the outcome.
   * - `dead`: it was queued earlier and cannot be published. Tell the operators.
   *
   * No answer, and no lack of one, makes it reject. It rejects with a TypeError if JSON cannot express the message.
   */
  send(message: Message): Promise<Outcome>;
  /**
   * Reads the receipt of a message that was accepted in the last minutes (`DEDUP_TTL_SECONDS`). Undefined if the
   * service has none. `rejected` and `unavailable` are about the question: the receipt could not be read.
   */
  receipt(id: string): Promise<Outcome | undefined>;
  /** Resolves when every message that was sent before has its outcome. Call it before the program ends. */
  flush(): Promise<void>;
}

/** Client of one service. Throws a TypeError if `url` is not a URL, or `apiKey` cannot be sent in a header. */
export function createClient(options: ClientOptions): Client {
  const { url, apiKey, signal, maxBatch = 500, timeLimitMs = 30_000, requestTimeoutMs = 10_000 } = options;
  // Called as a function: browsers and Workers refuse their `fetch` as a method of something else.
  const {
    fetch = (request) => globalThis.fetch(request),
    clock = systemClock,
    random = Math.random,
  } = options;
  const api = new Api({ url, apiKey, fetch, clock, signal });
  const startAttempts = () =>
    new Attempts({ clock, random, signal, requestTimeoutMs, endAt: clock.now() + timeLimitMs });
  const pending = new Set<Promise<Outcome>>();
  const encoder = new TextEncoder();
  let waiting: Outgoing[] = [];

  function sendWaiting(): void {
    const lines = waiting;
    waiting = [];
    for (const batch of batchesOf(lines, maxBatch))
      void deliver(batch, startAttempts(), (body, timeoutMs) => api.postBatch(body, timeoutMs));
  }

  return {
    async send(message) {
      const id = message.id ?? crypto.randomUUID();
      const text = encodeMessage(message, id);
      const { promise, resolve: settle } = Promise.withResolvers<Outcome>();
      if (waiting.length === 0) queueMicrotask(sendWaiting);
      waiting.push({ id, text, bytes: encoder.encode(text).length, settle });
      pending.add(promise);
      const outcome = await promise;
      pending.delete(promise);
      return outcome;
    },
    receipt: (id) => api.receipt(id, startAttempts()),
    async flush() {
      await Promise.all(pending);
    },
  };
}
