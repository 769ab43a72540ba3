import type { Verdict } from '../../src/ports/fallback-list.ts';

/** The counts of order keys in memory. */
export class FakeOrder {
  readonly #counts = new Map<string, number>();

  has(orderKey: string): boolean {
    return this.#counts.has(orderKey);
  }

  add(orderKeys: readonly (string | undefined)[]): void {
    for (const orderKey of orderKeys) this.#count(orderKey, 1);
  }

  /** `isAlone`: nothing else waits or is claimed. */
  settle(verdicts: readonly Verdict[], isAlone: boolean): void {
    for (const verdict of verdicts) if ('orderKey' in verdict) this.#count(verdict.orderKey, -1);
    const hasLeft = verdicts.every(({ kind }) => kind === 'done' || kind === 'dead');
    if (isAlone && hasLeft) this.#counts.clear();
  }

  #count(orderKey: string | undefined, by: number): void {
    if (orderKey === undefined) return;
    const count = (this.#counts.get(orderKey) ?? 0) + by;
    if (count > 0) this.#counts.set(orderKey, count);
    else this.#counts.delete(orderKey);
  }
}
