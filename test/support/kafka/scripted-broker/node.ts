import { createServer, type Server } from 'node:net';
import { Connection, type Delivery } from './connection.ts';

/** One broker of the cluster: a port and its connections. */
export class Node {
  readonly id: number;
  /** New connections are accepted and never answered: not a TLS handshake, nor anything else. */
  silent = false;
  readonly #handle: (request: Buffer) => Promise<Delivery>;
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;
  #port = 0;

  constructor(id: number, handle: (request: Buffer) => Promise<Delivery>) {
    this.id = id;
    this.#handle = handle;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Listens, after `refuse` on the same port as before. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => {
      const connection = new Connection(socket, this.#handle);
      if (this.silent) connection.freeze();
      this.#connections.add(connection);
      socket.once('close', () => this.#connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    this.#server = server;
  }

  /** New connections are refused; those that are open stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Every open connection gets a RST. */
  cut(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Every open connection goes silent for good; new ones are served. */
  freeze(): void {
    for (const connection of this.#connections) connection.freeze();
  }

  /** As a broker that was killed: connections are cut, and new ones refused. */
  down(): void {
    this.refuse();
    this.cut();
  }
}
