import type { IncomingMessage, ServerResponse } from 'node:http';
import { Redis } from 'ioredis';
import { HttpServer } from '../http/server.ts';
import { type Answer, type Command, run, runAtomically, toCommand, toJson } from './upstash-commands.ts';

export type Fault =
  /** Takes the request and never answers. Nothing is executed. */
  | { readonly kind: 'silent' }
  /** Answers this, whatever was asked. Nothing is executed. */
  | { readonly kind: 'answers'; readonly status: number; readonly body: string }
  /** Each command answers with this error. */
  | { readonly kind: 'refuses'; readonly error: string }
  /** Answers after `ms` milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Executes, and cuts the connection instead of answering. */
  | { readonly kind: 'loses-reply' };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const MAX_REQUEST_BYTES = 10_000_000;
const WRONG_TOKEN = { status: 401, body: { error: 'WRONGPASS invalid or missing auth token' } };
const NO_COMMAND = { status: 400, body: { error: 'ERR failed to parse command' } };

/** Speaks the Upstash REST protocol in front of a real Redis, and fails on command. */
export class UpstashServer extends HttpServer {
  readonly token = crypto.randomUUID();
  readonly seen: SeenRequest[] = [];
  fault: Fault | undefined;
  readonly #redis: Redis;

  private constructor(redisUrl: string) {
    super((request, body, response) => this.#serve(request, body, response));
    this.#redis = new Redis(redisUrl, { retryStrategy: () => 50 });
    this.#redis.on('error', () => {});
  }

  static async start(redisUrl: string): Promise<UpstashServer> {
    const server = new UpstashServer(redisUrl);
    await server.up();
    return server;
  }

  async stop(): Promise<void> {
    await this.down();
    this.#redis.disconnect();
  }

  async #serve(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    this.seen.push({ path: request.url ?? '/', headers: request.headers, body });
    const { fault } = this;
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'answers') {
      response.writeHead(fault.status).end(fault.body);
      return;
    }
    const reply = await this.#answer(request, body);
    if (fault?.kind === 'loses-reply') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'slow') await Bun.sleep(fault.ms);
    const sync = request.headers['upstash-sync-token'];
    const headers = { 'Content-Type': 'application/json', ...(sync && { 'upstash-sync-token': sync }) };
    response.writeHead(reply.status, headers).end(JSON.stringify(reply.body));
  }

  async #answer(request: IncomingMessage, body: string): Promise<Reply> {
    if (!['HEAD', 'GET', 'POST', 'PUT'].includes(request.method ?? ''))
      return { status: 405, body: { error: 'ERR method not allowed' } };
    const url = new URL(request.url ?? '/', this.url);
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? url.searchParams.get('_token');
    if (token !== this.token) return WRONG_TOKEN;
    const bytes = Buffer.byteLength(body);
    if (bytes > MAX_REQUEST_BYTES) {
      const limits = `Limit: ${MAX_REQUEST_BYTES} bytes, Actual: ${bytes} bytes`;
      return { status: 400, body: { error: `ERR max request size exceeded. ${limits}` } };
    }
    const base64 = request.headers['upstash-encoding'] === 'base64';
    const answers = await this.#execute(url, body);
    if (answers === undefined) return NO_COMMAND;
    if (isMany(answers)) return { status: 200, body: answers.map((answer) => encode(answer, base64)) };
    return { status: 'error' in answers ? 400 : 200, body: encode(answers, base64) };
  }

  async #execute(url: URL, body: string): Promise<Answer | readonly Answer[] | undefined> {
    if (url.pathname !== '/pipeline' && url.pathname !== '/multi-exec') {
      const command = toCommand(url.pathname === '/' ? parse(body) : fromPath(url, body));
      return command && this.#run(command);
    }
    const parsed = parse(body);
    const commands = Array.isArray(parsed) ? parsed.map(toCommand) : [];
    const all = commands.filter((command) => command !== undefined);
    if (all.length === 0 || all.length < commands.length) return undefined;
    if (url.pathname === '/multi-exec') return runAtomically(this.#redis, all);
    return Promise.all(all.map((command) => this.#run(command)));
  }

  #run(command: Command): Promise<Answer> {
    const { fault } = this;
    return fault?.kind === 'refuses' ? Promise.resolve({ error: fault.error }) : run(this.#redis, command);
  }
}

function isMany(answers: Answer | readonly Answer[]): answers is readonly Answer[] {
  return Array.isArray(answers);
}

function encode(answer: Answer, base64: boolean): unknown {
  return 'error' in answer ? answer : { result: toJson(answer.result, base64) };
}

/** `/set/foo/bar?EX=100`: a body is the last argument of the path, and then comes the query. */
function fromPath(url: URL, body: string): string[] {
  const query = [...url.searchParams].filter(([name]) => name !== '_token').flat();
  const path = url.pathname.slice(1).split('/').map(decodeURIComponent);
  return [...path, ...(body ? [body] : []), ...query.filter((part) => part !== '')];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
