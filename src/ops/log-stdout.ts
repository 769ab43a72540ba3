import type { LogSink } from './log.ts';

/** Writes text to standard output without blocking. Settles when it is written; rejects without a reader. */
export type WriteText = (text: string) => Promise<void>;

/** Bound of the lines that wait, in characters. */
const MOST_WAITING = 1_000_000;

/**
 * Log sink for standard output. A reader that stops reading, or is gone, must not stop the service: lines
 * wait for it up to a bound, and further ones are dropped and counted.
 */
export class StdoutSink {
  /** Told how many lines were dropped, once the reader reads again. */
  onGap: (lines: number) => void = () => {};
  readonly #writeText: WriteText;
  #waiting = '';
  #dropped = 0;
  #written: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(writeText: WriteText) {
    this.#writeText = writeText;
  }

  readonly write: LogSink = (line) => {
    if (this.#waiting.length + line.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting += `${line}\n`;
    if (!this.#isWriting) this.#written = this.#writeWaiting();
  };

  /** Settles when no line waits. */
  flushed(): Promise<void> {
    return this.#written;
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting !== '') {
      const text = this.#waiting;
      this.#waiting = '';
      // Without a reader there is nobody to tell. The next line tries again.
      await this.#writeText(text).catch(() => {});
      const dropped = this.#dropped;
      this.#dropped = 0;
      if (dropped > 0) this.onGap(dropped);
    }
    this.#isWriting = false;
  }
}
