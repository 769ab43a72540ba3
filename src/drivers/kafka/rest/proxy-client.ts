import { base64 } from './json.ts';
import type { Ask } from './dialect.ts';

export type RestAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Response of the proxy, or its absence. `text` may be cut short. `isSent`: the request may have arrived. */
export type Answer =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string }
  | { readonly kind: 'none'; readonly reason: string; readonly isSent: boolean };

/** Response size limit, above any response to a full request. Reading stops there. */
export const MAX_ANSWER_CHARS = 1_000_000;

/** HTTP client of the proxy, at most once: no retries, no redirects. */
export class ProxyClient {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #authorization: string | undefined;

  constructor(url: string, auth: RestAuth, send: Fetch) {
    this.#url = url.replace(/\/$/, '');
    this.#fetch = send;
    this.#authorization = authorizationOf(auth);
  }

  /** Sends a request. Never throws, and settles when `signal` aborts. */
  async call({ path, accept, post }: Ask, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return { kind: 'none', reason: NO_CONNECTION, isSent: false };
    const headers: Record<string, string> = { Accept: accept };
    if (post) headers['Content-Type'] = post.contentType;
    if (this.#authorization) headers['Authorization'] = this.#authorization;
    try {
      const response = await this.#fetch(`${this.#url}${path}`, {
        method: post ? 'POST' : 'GET',
        headers,
        // A redirect must not take the credentials elsewhere.
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

/** Error codes of connections that were never established, in all runtimes. */
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
 * Reads a response body up to `MAX_ANSWER_CHARS`, until `signal` aborts. Of a body that breaks off it answers
 * the part that arrived, which may hold results.
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

/** The code of an error: its message may contain addresses. */
function codeOf(error: unknown): string | undefined {
  for (const at of [error, (error as { cause?: unknown } | undefined)?.cause]) {
    const { code, message } = (at ?? {}) as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && /^\w+$/.test(code)) return code;
    // Deno has no codes: this text stands for every failure before the connection is established.
    if (typeof message === 'string' && message.includes('client error (Connect)')) return NOT_CONNECTED;
  }
  return undefined;
}
