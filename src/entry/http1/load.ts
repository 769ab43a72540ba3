import { LIMITS } from './limits.ts';

/** Requests of all connections that are in memory: bytes that were received and not yet answered. */
export class Load {
  readonly #mostBytes: number;
  #bytes = 0;

  /** One body of `maxBodyBytes` has to fit in, whatever the limit is. */
  constructor(maxBodyBytes: number, mostBytes: number = LIMITS.loadBytes) {
    this.#mostBytes = Math.max(mostBytes, 2 * maxBodyBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Negative where bytes are given back. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether no further body is to be read. */
  get isFull(): boolean {
    return this.#bytes > this.#mostBytes;
  }
}
