import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpServer } from '../../http/server.ts';
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
export type ProxyDialect = (asked: Asked, backend: Backend) => Promise<Reply | undefined>;

/** What the tests put in place of a real REST proxy: it speaks a dialect as documented, and fails on command. */
export class RestProxy extends HttpServer {
  readonly seen: Asked[] = [];
  fault: Fault | undefined;
  /** The value of `Authorization` that it wants. */
  authorization: string | undefined;
  readonly #dialect: ProxyDialect;
  readonly #backend: Backend;

  private constructor(dialect: ProxyDialect, brokers: string) {
    super((request, body, response) => this.#serve(request, body, response));
    this.#dialect = dialect;
    this.#backend = new Backend(brokers);
  }

  static async start(dialect: ProxyDialect, brokers: string): Promise<RestProxy> {
    const proxy = new RestProxy(dialect, brokers);
    await proxy.up();
    return proxy;
  }

  /** The requests that were to write. */
  get posts(): readonly Asked[] {
    return this.seen.filter(({ method }) => method === 'POST');
  }

  async stop(): Promise<void> {
    await this.down();
    await this.#backend.stop();
  }

  async #serve(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const parts = url.slice(1).split('/').map(decodeURIComponent);
    const asked = { method, parts, headers, body };
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
