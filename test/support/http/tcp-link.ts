import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A RST overtakes bytes that the other side has not read yet: so it gets a moment to read them. */
const READING_MS = 20;

/** One connection through the proxy: what one side sends reaches the other, in order. */
export class Link {
  delayMs = 0;
  readonly #client: Socket;
  readonly #target: Socket;
  #swallowing = false;
  /** Bytes that may still reach the client; undefined for all. */
  #allowed: number | undefined;

  constructor(client: Socket, target: Socket) {
    this.#client = client;
    this.#target = target;
    this.#pipe(client, target, (chunk) => target.write(chunk));
    this.#pipe(target, client, (chunk) => this.#answer(chunk));
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.reset());
    }
  }

  /** From now on bytes are lost: the connection can't be of use any more. */
  swallow(): void {
    this.#swallowing = true;
  }

  truncateNext(bytes: number): void {
    this.#allowed = bytes;
  }

  reset(): void {
    this.#swallowing = true;
    this.#client.resetAndDestroy();
    this.#target.destroy();
  }

  #pipe(from: Socket, to: Socket, forward: (chunk: Buffer) => void): void {
    let before = Promise.resolve();
    const inTurn = async (earlier: Promise<void>, due: number, work: () => void) => {
      await earlier;
      if (due > performance.now()) await sleep(due - performance.now());
      if (!this.#swallowing) work();
    };
    const later = (work: () => void) => {
      before = inTurn(before, performance.now() + this.delayMs, work);
    };
    from.on('data', (chunk: Buffer) => later(() => forward(chunk)));
    from.on('end', () => later(() => to.end()));
  }

  #answer(chunk: Buffer): void {
    if (this.#allowed === undefined) {
      this.#client.write(chunk);
      return;
    }
    this.#client.write(chunk.subarray(0, this.#allowed));
    this.#allowed -= chunk.length;
    if (this.#allowed > 0) return;
    this.#swallowing = true;
    setTimeout(() => this.reset(), READING_MS);
  }
}
