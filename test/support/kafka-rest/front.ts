import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Backend } from './backend.ts';

export type Fault =
  /** Takes the request and never answers. Nothing is written. */
  | { readonly kind: 'silent' }
  /** Writes, and never answers. */
  | { readonly kind: 'loses-answer' }
  /** Writes, and cuts the connection instead of answering. */
  | { readonly kind: 'cuts' }
  /** Answers this, whatever was asked. Nothing is written. */
  | { readonly kind: 'answers'; readonly status: number; readonly body: string; readonly location?: string }
  /** Answers 413 to requests with larger bodies, as gateways do. */
  | { readonly kind: 'limits'; readonly maxBytes: number };

export interface Asked {
  readonly method: string;
  /** Without the leading slash, and decoded. */
  readonly parts: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** How one kind of proxy answers. Undefined: there is no such path. */
export type FrontDialect = (asked: Asked, backend: Backend) => Promise<Reply | undefined>;

/** What the tests put in place of a real REST proxy: it speaks a dialect as documented, and fails on command. */
export class RestFront {
  readonly seen: Asked[] = [];
  fault: Fault | undefined;
  /** The value of `Authorization` that it wants. */
  authorization: string | undefined;
  /** How many connections it has had. */
  connections = 0;
  readonly #dialect: FrontDialect;
  readonly #backend: Backend;
  #server: Server | undefined;
  #port = 0;

  private constructor(dialect: FrontDialect, brokers: string) {
    this.#dialect = dialect;
    this.#backend = new Backend(brokers);
  }

  static async start(dialect: FrontDialect, brokers: string): Promise<RestFront> {
    const front = new RestFront(dialect, brokers);
    await front.up();
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The requests that were to write. */
  get posts(): readonly Asked[] {
    return this.seen.filter(({ method }) => method === 'POST');
  }

  /** Listens, at the same address as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
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

  async stop(): Promise<void> {
    await this.down();
    await this.#backend.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { method = 'GET', url = '/', headers } = request;
    const parts = url.slice(1).split('/').map(decodeURIComponent);
    const asked = { method, parts, headers, body: Buffer.concat(chunks).toString() };
    this.seen.push(asked);
    const { fault } = this;
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'answers') {
      response.writeHead(fault.status, fault.location ? { Location: fault.location } : {}).end(fault.body);
      return;
    }
    const reply = await this.#answer(asked);
    if (fault?.kind === 'loses-answer') return;
    if (fault?.kind === 'cuts') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { 'Content-Type': 'application/vnd.kafka.v2+json' }).end(reply.body);
  }

  async #answer(asked: Asked): Promise<Reply> {
    if (this.authorization !== undefined && asked.headers.authorization !== this.authorization)
      return json(401, { error_code: 401, message: 'Unauthorized' });
    const { fault } = this;
    if (fault?.kind === 'limits' && Buffer.byteLength(asked.body) > fault.maxBytes)
      return { status: 413, body: '<html>413 Request Entity Too Large</html>' };
    const reply = await this.#dialect(asked, this.#backend);
    return reply ?? json(404, { error_code: 404, message: 'Not Found' });
  }
}

export function json(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body) };
}

/** What `read` makes of base64: throws at anything else, as the proxies do. */
export function decode(text: unknown): Buffer {
  if (typeof text !== 'string' || !/^[\w+/]*={0,2}$/.test(text)) throw new Error('Not base64');
  return Buffer.from(text, 'base64');
}
