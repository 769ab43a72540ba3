import { errorMessage } from '../common/error-message.ts';
import type { Message } from '../message/message.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import { drainBatch, type DrainDeps } from './drain.ts';

/** The most that a trial waits for its claim: a slow store says nothing of Kafka. */
const CLAIM_MS = 500;

/** Failures in a row after which the message itself may be the cause: the next trial is a probe. */
const MAX_FAILURES = 2;

const TOO_LATE: PublishResult = { kind: 'refused', because: 'open', retryInMs: 0 };

/**
 * The trial of a half-open circuit: publishes the message at the head of the backlog. A probe may be
 * answered where writes fail, and no client's message is risked.
 */
export class HeadTrial {
  readonly #deps: Omit<DrainDeps, 'publisher'>;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failures = 0;

  constructor(deps: Omit<DrainDeps, 'publisher'>) {
    this.#deps = deps;
  }

  /**
   * Answers as soon as the message's result is known; undefined where there is none to be had in
   * time, and after two failures in a row. Never throws.
   */
  run(publish: Publisher['publish']): Promise<readonly PublishResult[] | undefined> {
    const { promise, resolve } = Promise.withResolvers<readonly PublishResult[] | undefined>();
    if (this.#stopping.signal.aborted) return Promise.resolve(undefined);
    if (this.#failures >= MAX_FAILURES) {
      this.#failures = 0;
      return Promise.resolve(undefined);
    }
    let isTooLate = false;
    const cancel = this.#deps.clock.after(CLAIM_MS, () => {
      isTooLate = true;
      resolve(undefined);
    });
    const once = async (messages: readonly Message[]) => {
      // The circuit no longer waits for this trial: the message goes back to the head.
      if (isTooLate) return messages.map(() => TOO_LATE);
      cancel();
      const results = await publish(messages);
      this.#failures = results.every(isFailed) ? this.#failures + 1 : 0;
      resolve(results);
      return results;
    };
    // The entry is settled while the circuit has the result already.
    const running = this.#drain(once).finally(() => {
      cancel();
      resolve(undefined);
      this.#running.delete(running);
    });
    this.#running.add(running);
    return promise;
  }

  /** Makes no other trial, and settles when the one in hand has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended();
  }

  /** Settles when the one in hand has ended, and its message is where it belongs. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #drain(publish: Publisher['publish']): Promise<void> {
    try {
      await drainBatch({ ...this.#deps, publisher: { publish } }, this.#stopping.signal, 1);
    } catch (error) {
      // A bug in this program: the lease brings the entry back.
      const reason = errorMessage(error);
      this.#deps.log.error('A trial stumbled over the head of the backlog', { reason });
    }
  }
}

const isFailed = (result: PublishResult) => result.kind === 'failed' && result.blame === 'kafka';
