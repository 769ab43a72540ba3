import type { Clock } from './clock.ts';
import type { Trouble } from './outcome.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The function `fetch`, as far as it is used. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** What came of a request. */
export type Reply =
  /** `body`: parsed JSON, or undefined if it is something else. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly retryAfterMs: number | undefined;
    }
  /** No complete answer came. The service may have done what the request asked. */
  | { readonly kind: 'lost'; readonly trouble: Trouble };

export interface ExchangeOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** Sends a request and reads its answer, in `timeoutMs` milliseconds at most. Never rejects. */
export async function exchange(
  url: string,
  init: Pick<RequestInit, 'method' | 'headers' | 'body'>,
  timeoutMs: number,
  { fetch, clock, signal }: ExchangeOptions,
): Promise<Reply> {
  if (signal?.aborted) return lost('The signal of the client was aborted');
  const end = new AbortController();
  const cut = Promise.withResolvers<Reply>();
  const cutOff = (reason: string) => {
    cut.resolve(lost(reason));
    end.abort();
  };
  const stop = () => cutOff('The signal of the client was aborted');
  const cancel = clock.after(timeoutMs, () => cutOff(`No answer came within ${Math.round(timeoutMs)} ms`));
  signal?.addEventListener('abort', stop);
  try {
    const answer = readAnswer(fetch, new Request(url, { ...init, signal: end.signal }), clock);
    // A `fetch` that ignores its signal must not hold anybody up.
    return await Promise.race([answer, cut.promise]);
  } catch (cause) {
    return lost('The request failed before a complete answer came', cause);
  } finally {
    cancel();
    signal?.removeEventListener('abort', stop);
  }
}

async function readAnswer(fetch: Fetch, request: Request, clock: Clock): Promise<Reply> {
  const response = await fetch(request);
  const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'), clock.wallTime());
  const text = await response.text();
  return { kind: 'answer', status: response.status, body: parse(text), retryAfterMs };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lost(reason: string, cause?: unknown): Reply {
  return { kind: 'lost', trouble: cause === undefined ? { reason } : { reason, cause } };
}
