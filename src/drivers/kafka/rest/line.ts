import { base64 } from './base64.ts';
import type { Ask } from './dialect.ts';

export type RestAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Only what is used of it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What came back. A body may have been cut short: `text` is what came of it. */
export type Answer =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string }
  | { readonly kind: 'none'; readonly reason: string; readonly isSent: boolean };

/** More than any proxy answers for as many records as go into a request. What is longer is read no further. */
export const MAX_ANSWER_CHARS = 1_000_000;

/** Takes requests to the proxy. It sends none twice, and follows no redirect. */
export class RestLine {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #authorization: string | undefined;

  constructor(url: string, auth: RestAuth, send: Fetch) {
    this.#url = url.replace(/\/$/, '');
    this.#fetch = send;
    this.#authorization = authorizationOf(auth);
  }

  /** Never throws. Once `signal` aborts nothing is waited for. */
  async call({ path, accept, post }: Ask, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return { kind: 'none', reason: NO_CONNECTION, isSent: false };
    const headers: Record<string, string> = { Accept: accept };
    if (post) headers['Content-Type'] = post.contentType;
    if (this.#authorization) headers['Authorization'] = this.#authorization;
    try {
      const response = await this.#fetch(`${this.#url}${path}`, {
        method: post ? 'POST' : 'GET',
        headers,
        // Credentials must not go to wherever a redirect points.
        redirect: 'manual',
        signal,
        ...(post ? { body: post.body } : {}),
      });
      return { kind: 'reply', status: response.status, text: await readText(response, signal) };
    } catch (error) {
      const code = codeOf(error);
      return {
        kind: 'none',
        reason: code ? `${NO_CONNECTION}: ${code}` : NO_CONNECTION,
        isSent: signal.aborted || !NEVER_SENT.has(code ?? ''),
      };
    }
  }
}

const NO_CONNECTION = 'No connection to the Kafka REST proxy';

const NOT_CONNECTED = 'NotConnected';

/** What the runtimes call an attempt that ended before there was a connection to send on. */
const NEVER_SENT = new Set([
  NOT_CONNECTED,
  'ECONNREFUSED',
  'ConnectionRefused',
  'ENOTFOUND',
  'EAI_AGAIN',
  'FailedToOpenSocket',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function authorizationOf(auth: RestAuth): string | undefined {
  switch (auth.kind) {
    case 'none':
      return undefined;
    case 'basic':
      return `Basic ${base64(`${auth.username}:${auth.password}`)}`;
    case 'bearer':
      return `Bearer ${auth.token}`;
  }
}

/**
 * Reads no more than any answer has, nor longer than the signal allows. What breaks off ends there: what
 * came before may be of use.
 */
async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  let text = '';
  try {
    while (text.length <= MAX_ANSWER_CHARS) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
    stop();
    return text;
  } catch {
    return text;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A runtime's errors carry addresses: only their code is told. */
function codeOf(error: unknown): string | undefined {
  for (const at of [error, (error as { cause?: unknown } | undefined)?.cause]) {
    const { code, message } = (at ?? {}) as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && /^\w+$/.test(code)) return code;
    // Deno has no codes. It says so of whatever goes wrong until there is a connection.
    if (typeof message === 'string' && message.includes('client error (Connect)')) return NOT_CONNECTED;
  }
  return undefined;
}
