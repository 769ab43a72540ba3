import type { Attempts } from './attempts.ts';
import { exchange, type ExchangeOptions, type Reply } from './exchange.ts';
import type { Outcome } from './outcome.ts';
import { readReceiptReply } from './read-reply.ts';

export interface ApiOptions extends ExchangeOptions {
  readonly url: string | URL;
  readonly apiKey: string | undefined;
}

/** The routes of the service that the client uses. */
export class Api {
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: ExchangeOptions;

  constructor({ url, apiKey, ...options }: ApiOptions) {
    this.#base = new URL(url);
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
    this.#headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
    // Throws now for what would make every request fail, such as a line break in the key.
    new Request(this.#base.href, { headers: this.#headers });
    this.#options = options;
  }

  /** Posts lines of JSON, a message each. */
  postBatch(body: string, timeoutMs: number): Promise<Reply> {
    const headers = { ...this.#headers, 'Content-Type': 'application/x-ndjson' };
    const { href } = new URL('v1/messages/batch', this.#base);
    return exchange(href, { method: 'POST', headers, body }, timeoutMs, this.#options);
  }

  /** Reads a receipt, with repeats while the service cannot answer. */
  async receipt(id: string, attempts: Attempts): Promise<Outcome | undefined> {
    const { href } = new URL(`v1/messages/${encodeURIComponent(id)}`, this.#base);
    for (;;) {
      const reply = await exchange(href, { headers: this.#headers }, attempts.timeoutMs, this.#options);
      if (reply.kind === 'answer' && reply.status === 404) return undefined;
      const verdict = readReceiptReply(id, reply);
      if (verdict.kind === 'done') return verdict.outcome;
      const { trouble } = verdict;
      if (!(await attempts.next(trouble.retryAfterMs))) return { kind: 'unavailable', id, ...trouble };
    }
  }
}
