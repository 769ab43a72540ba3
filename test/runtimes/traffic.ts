import type { Spillway } from '../support/process/spillway.ts';

const CLIENTS = 8;

/** Clients that post one message after another until they are stopped, and what they were answered. */
export class Traffic {
  readonly published = new Set<string>();
  readonly queued = new Set<string>();
  /** Answers that are neither 202 nor 503. */
  readonly unexpected: string[] = [];
  #isStopped = false;
  readonly #clients: Promise<void>[];

  constructor(service: Spillway) {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#run(service));
  }

  /** The ids of all that was answered 202. */
  get accepted(): string[] {
    return [...this.published, ...this.queued];
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
  }

  async #run(service: Spillway): Promise<void> {
    while (!this.#isStopped) {
      const id = crypto.randomUUID();
      const response = await service.post({ id, value: { id } });
      const text = await response.text();
      if (response.status === 202) {
        const { status } = JSON.parse(text) as { status: 'published' | 'queued' };
        this[status].add(id);
      } else if (response.status !== 503) this.unexpected.push(`${response.status} ${text}`);
    }
  }
}
