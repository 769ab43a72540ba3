import type { Admission, Ask, Gate, Hold } from '../../src/ports/gate.ts';
import type { Receipt, Receipts } from '../../src/ports/receipts.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';

type NotDone = Exclude<StoreReply<never>, { kind: 'done' }>;

/** Gate and receipts in memory, without an end to anything; while there is a fault, that is every answer. */
export class FakeMarks implements Gate, Receipts {
  readonly asked: (readonly Ask[])[] = [];
  readonly saved: (readonly Receipt[])[] = [];
  /** id → the nonce of its holder. */
  readonly held = new Map<string, string>();
  readonly kept = new Map<string, Receipt>();
  /** client → messages that came. */
  readonly used = new Map<string, number>();
  /** Answers wait for it, where it is set. */
  wait: Promise<void> | undefined;
  readonly #fault: () => NotDone | undefined;

  constructor(fault: () => NotDone | undefined) {
    this.#fault = fault;
  }

  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    this.asked.push(asks);
    return this.#reply(() => asks.map((ask) => this.#ask(ask)));
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return this.#reply(() => {
      for (const { id, nonce } of holds) if (this.held.get(id) === nonce) this.held.delete(id);
    });
  }

  save(receipts: readonly Receipt[]): Promise<StoreReply<void>> {
    this.saved.push(receipts);
    return this.#reply(() => {
      for (const receipt of receipts) {
        this.held.delete(receipt.id);
        this.kept.set(receipt.id, receipt);
      }
    });
  }

  read(id: string): Promise<StoreReply<Receipt | undefined>> {
    return this.#reply(() => this.kept.get(id));
  }

  #ask({ limit, hold }: Ask): Admission {
    let quota;
    if (limit) {
      const used = (this.used.get(limit.client) ?? 0) + 1;
      quota = { ...limit, left: Math.max(0, limit.max - used), resetInMs: limit.windowMs };
      if (used > limit.max) return { kind: 'limited', retryInMs: 1500, quota };
      this.used.set(limit.client, used);
    }
    if (!hold) return { kind: 'admitted', quota };
    const receipt = this.kept.get(hold.id);
    if (receipt) return { kind: 'replayed', receipt, quota };
    if (this.held.has(hold.id)) return { kind: 'in-flight', quota };
    this.held.set(hold.id, hold.nonce);
    return { kind: 'admitted', quota };
  }

  async #reply<T>(verb: () => T): Promise<StoreReply<T>> {
    await this.wait;
    return this.#fault() ?? { kind: 'done', value: verb() };
  }
}
