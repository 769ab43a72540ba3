import type { Socket } from 'node:net';

/** What is sent back for a request, as the script wants it. */
export type Delivery =
  | { readonly kind: 'send'; readonly frame: Buffer }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reset'; readonly frame?: Buffer }
  | { readonly kind: 'end' };

/** One client's connection: whole requests in, answers out, one after the other as a broker does. */
export class Connection {
  readonly #socket: Socket;
  readonly #handle: (request: Buffer) => Promise<Delivery>;
  #received = Buffer.alloc(0);
  #queue: Promise<void> = Promise.resolve();
  #deaf = false;

  constructor(socket: Socket, handle: (request: Buffer) => Promise<Delivery>) {
    this.#socket = socket;
    this.#handle = handle;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** From now on it takes bytes and says nothing, as behind a firewall that forgot it. */
  freeze(): void {
    this.#deaf = true;
  }

  reset(): void {
    this.#deaf = true;
    this.#socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#deaf) return;
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE();
      if (this.#received.length < end) return;
      const request = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      // An error here is a bug in a script, or bytes that are no request. It is not caught, so that the test fails.
      this.#queue = this.#queue.then(() => this.#serve(request));
    }
  }

  async #serve(request: Buffer): Promise<void> {
    const delivery = await this.#handle(request);
    if (this.#deaf) return;
    switch (delivery.kind) {
      case 'send':
        this.#socket.write(delivery.frame);
        return;
      case 'nothing':
        return;
      case 'end':
        this.#deaf = true;
        this.#socket.end();
        return;
      case 'reset':
        this.#deaf = true;
        if (delivery.frame) await this.#flush(delivery.frame);
        this.#socket.resetAndDestroy();
    }
  }

  /** A RST overtakes bytes that the other side has not read: so it gets a moment to read them. */
  async #flush(bytes: Buffer): Promise<void> {
    await new Promise((resolve) => this.#socket.write(bytes, resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
