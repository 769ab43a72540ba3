import { type Doubt, DOUBT_MARGIN_MS } from '../message/entry.ts';
import type { Message } from '../message/message.ts';
import { type Clock, pause } from '../ports/clock.ts';
import type { ResolvedDoubt } from '../ports/doubts.ts';
import type { FallbackList } from '../ports/fallback-list.ts';
import type { PublishResult } from '../ports/publisher.ts';
import type { Receipt } from '../ports/receipts.ts';

export interface DoubtsDeps {
  readonly list: Pick<FallbackList, 'resolveDoubts'>;
  readonly clock: Clock;
  /** The longest that a call to Kafka takes, in milliseconds. */
  readonly callMs: number;
  /** Receives the receipt of a message that Kafka acknowledged after all; must not wait. */
  record: (receipt: Receipt, message: Message) => void;
  /** Extends the life of the runtime for work that outlasts a request, where it needs to be asked. */
  readonly keep?: ((work: Promise<unknown>) => void) | undefined;
  /** Counts messages in doubt by what became of them. */
  onResolved: (isPublished: boolean) => void;
}

const RETRY_MS = 200;

/**
 * The messages that were parked while Kafka might still take them. When the result of the call is known, the
 * list is told, in one command for all that are known at once: a copy whose message was acknowledged is not
 * published again.
 */
export class Doubts {
  readonly #deps: DoubtsDeps;
  /** Until the list was told. */
  readonly #open = new Set<Promise<void>>();
  #resolved: ResolvedDoubt[] = [];
  #flushing: Promise<void> | undefined;

  constructor(deps: DoubtsDeps) {
    this.#deps = deps;
  }

  /** The mark of an entry that is parked in doubt now. */
  create(): Doubt {
    const { clock, callMs } = this.#deps;
    return { token: crypto.randomUUID(), until: Math.ceil(clock.wallTime() + callMs + DOUBT_MARGIN_MS) };
  }

  /** Waits for the result of a message whose copy is parked under `token`. */
  watch(message: Message, { token }: Doubt, settled: Promise<PublishResult>): void {
    const told = settled.then((result) => this.#resolve(message, token, result));
    this.#open.add(told);
    void told.then(() => this.#open.delete(told));
    this.#deps.keep?.(told);
  }

  /** Settles when every result is known, and the list was told. */
  async ended(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  #resolve(message: Message, token: string, result: PublishResult): Promise<void> {
    const { id, topic } = message;
    const isPublished = result.kind === 'published';
    if (isPublished) {
      const { partition, offset } = result;
      this.#deps.record({ id, status: 'published', topic, partition, offset }, message);
    }
    this.#deps.onResolved(isPublished);
    this.#resolved.push({ token, isPublished });
    return (this.#flushing ??= this.#flush());
  }

  async #flush(): Promise<void> {
    // So that all results of a call join the command.
    await Promise.resolve();
    const resolved = this.#resolved;
    this.#resolved = [];
    this.#flushing = undefined;
    const { list, clock } = this.#deps;
    const reply = await list.resolveDoubts(resolved);
    if (reply.kind === 'done') return;
    await pause(clock, RETRY_MS);
    await list.resolveDoubts(resolved);
  }
}
