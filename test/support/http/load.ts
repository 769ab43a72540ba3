import type { Spillway } from '../process/spillway.ts';

/** What a client saw of one message. */
export interface Answer {
  readonly id: string;
  readonly status: number;
  readonly fallback: boolean;
  readonly detail: unknown;
  /** By the clock of `performance.now()`. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** An open-loop load generator: posts each message at its time, whether earlier ones were answered or not. */
export class Load {
  readonly answers: Answer[] = [];
  readonly #service: Pick<Spillway, 'post'>;
  readonly #pending = new Set<Promise<void>>();
  readonly #unanswered: unknown[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  /** An id that an earlier load has used would be answered with its receipt. */
  readonly #name = crypto.randomUUID().slice(0, 8);
  #count = 0;

  constructor(service: Pick<Spillway, 'post'>, perSecond: number) {
    this.#service = service;
    this.#timer = setInterval(() => {
      const sent = this.#send(`load-${this.#name}-${this.#count++}`)
        .catch((error: unknown) => void this.#unanswered.push(error))
        .finally(() => this.#pending.delete(sent));
      this.#pending.add(sent);
    }, 1000 / perSecond);
  }

  /** Ends the load, once everything is answered. Throws where a request got no answer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    if (this.#unanswered.length > 0)
      throw new AggregateError(this.#unanswered, `${this.#unanswered.length} requests got no answer`);
  }

  /** Ends the load, whatever becomes of what is under way: its test has failed, or has all it wanted. */
  async abandon(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  get accepted(): string[] {
    return this.answers.filter(({ status }) => status === 202).map(({ id }) => id);
  }

  async #send(id: string): Promise<void> {
    const sentAt = performance.now();
    const response = await this.#service.post({ id, value: { id }, key: id });
    const { detail } = (await response.json()) as { detail?: unknown };
    const fallback = response.headers.get('X-Fallback-Mode') === 'true';
    this.answers.push({
      id,
      status: response.status,
      fallback,
      detail,
      sentAt,
      answeredAt: performance.now(),
    });
  }
}

/** A percentile of the response times, in milliseconds. */
export function waitOf(answers: readonly Answer[], percent: number): number {
  const waits = answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt).toSorted((a, b) => a - b);
  return waits[Math.ceil((waits.length * percent) / 100) - 1] ?? 0;
}
