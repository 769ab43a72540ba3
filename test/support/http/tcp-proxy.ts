import { connect, createServer, type Server, type Socket } from 'node:net';
import { Link } from './tcp-link.ts';

/**
 * A TCP proxy in front of a real service, that fails on command. A Kafka broker tells its clients
 * where to connect: its `advertised.listeners` has to name this port, so choose it beforehand.
 */
export class Proxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<Link>();
  #server: Server | undefined;
  #port: number;
  #delayMs = 0;
  #swallowing = false;

  private constructor(target: { host: string; port: number }, port: number) {
    this.#target = target;
    this.#port = port;
  }

  /** Without a `port` it takes one that is free. */
  static async start({ target, port = 0 }: { target: number; port?: number }): Promise<Proxy> {
    const proxy = new Proxy({ host: '127.0.0.1', port: target }, port);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** All is well again, for new connections; those that lost bytes stay silent. */
  pass(): void {
    this.#delayMs = 0;
    this.#swallowing = false;
    for (const link of this.#links) link.delayMs = 0;
  }

  /** Adds this latency to whatever is sent, in both directions. */
  delay(ms: number): void {
    this.#delayMs = ms;
    for (const link of this.#links) link.delayMs = ms;
  }

  /** Connections are accepted, and what either side sends is lost. */
  blackhole(): void {
    this.#swallowing = true;
    for (const link of this.#links) link.swallow();
  }

  /** Every connection gets a RST; new ones are served. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  /** Truncates the next answer on each open connection to this length, and then resets the connection. */
  truncateNext(bytes: number): void {
    for (const link of this.#links) link.truncateNext(bytes);
  }

  /** As a process that is gone: connections get a RST, and new ones are refused. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
    this.cut();
  }

  /** Comes back after `refuse`, on the same port. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((client) => this.#accept(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    this.#server = server;
  }

  close(): void {
    this.refuse();
  }

  #accept(client: Socket): void {
    const link = new Link(client, connect(this.#target));
    link.delayMs = this.#delayMs;
    if (this.#swallowing) link.swallow();
    this.#links.add(link);
    client.once('close', () => this.#links.delete(link));
  }
}
