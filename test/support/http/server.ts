import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Answers a request, whose body has arrived. */
export type Serve = (request: IncomingMessage, body: string, response: ServerResponse) => Promise<void>;

/** HTTP at one address, that goes away and comes back on command. */
export class HttpServer {
  /** How many connections it has had. */
  connections = 0;
  readonly #serve: Serve;
  #server: Server | undefined;
  #port = 0;

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, at the same address as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#hear(request, response));
    server.on('connection', () => void this.connections++);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** As a process that is gone. */
  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The client is gone.
      return;
    }
    await this.#serve(request, Buffer.concat(chunks).toString(), response);
  }
}
