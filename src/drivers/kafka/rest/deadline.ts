import type { Clock } from '../../../ports/clock.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import { late } from '../errors.ts';

const ABORTED = { kind: 'failed', blame: 'caller', reason: 'The caller stopped waiting for Kafka' } as const;
const CLOSED = { kind: 'failed', blame: 'kafka', reason: 'The driver was closed' } as const;

/** Deadline of one call, with cancellation by its caller and by the driver's `close`. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #cancel: () => void;
  #why: 'late' | 'given-up' | 'closed' = 'late';

  constructor(clock: Clock, ms: number, outer?: AbortSignal) {
    this.#cancel = clock.after(ms, () => this.#abort('late'));
    this.#outer = outer;
    if (outer?.aborted) this.#onOuter();
    outer?.addEventListener('abort', this.#onOuter);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    this.#abort('closed');
  }

  /** Releases the timer and the listener. */
  end(): void {
    this.#cancel();
    this.#outer?.removeEventListener('abort', this.#onOuter);
  }

  /** The result of a record after the signal has aborted. */
  readonly resultOf = (isSent: boolean): PublishResult => {
    switch (this.#why) {
      case 'late':
        return late(isSent ? 'sending' : 'opening').result;
      case 'given-up':
        return { ...ABORTED, maybeWritten: isSent };
      case 'closed':
        return { ...CLOSED, maybeWritten: isSent };
    }
  };

  readonly #onOuter = () => this.#abort('given-up');

  #abort(why: 'late' | 'given-up' | 'closed'): void {
    if (this.#controller.signal.aborted) return;
    this.#why = why;
    this.#controller.abort();
  }
}
