import { createHistogram } from 'node:perf_hooks';
import type { Answer } from './post.ts';

/** Counts answers, and says in one line what they were. */
export class Tally {
  readonly #statuses = new Map<string, number>();
  readonly #micros = createHistogram();
  #count = 0;
  #fallback = 0;

  add({ status, fallback, ms }: Answer): void {
    const name = String(status);
    this.#statuses.set(name, (this.#statuses.get(name) ?? 0) + 1);
    this.#micros.record(Math.max(1, Math.round(ms * 1000)));
    this.#count++;
    if (fallback) this.#fallback++;
  }

  get count(): number {
    return this.#count;
  }

  /** Whatever was not accepted. */
  get failed(): number {
    return this.#count - this.#accepted;
  }

  get #accepted(): number {
    return this.#statuses.get('202') ?? 0;
  }

  /** `31.0 req/s, 0 failed, p50 4 ms, p95 9 ms, p99 12 ms, fallback 0 %, 202: 31` */
  line(seconds: number): string {
    const statuses = [...this.#statuses].toSorted(([a], [b]) => a.localeCompare(b));
    return [
      `${(this.#count / seconds).toFixed(1).padStart(6)} req/s`,
      `${this.failed} failed`,
      ...[50, 95, 99].map((percent) => `p${percent} ${this.#percentile(percent)} ms`),
      `fallback ${this.#share()} %`,
      ...statuses.map(([status, count]) => `${status}: ${count}`),
    ].join(', ');
  }

  #percentile(percent: number): string {
    return this.#count === 0 ? '-' : (this.#micros.percentile(percent) / 1000).toFixed(0);
  }

  /** Of what was accepted: none and all are never what is only almost so. */
  #share(): string {
    if (this.#accepted === 0) return '-';
    const percent = (100 * this.#fallback) / this.#accepted;
    if (percent === 0 || percent === 100) return String(percent);
    if (percent < 0.1) return '<0.1';
    return percent > 99.9 ? '>99.9' : percent.toFixed(1);
  }
}
