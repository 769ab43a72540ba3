import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';

/** The lease on a claimed batch, renewed while the batch is in use. */
export class Lease {
  readonly #list: FallbackList;
  readonly #clock: Clock;
  readonly #batch: string;
  readonly #ms: number;
  #ends: number;
  #cancel = () => {};
  #kept = false;

  /** Made before the claim is asked for: the store's lease ends no earlier than this one. */
  constructor({ list, clock }: { list: FallbackList; clock: Clock }, batch: string, ms: number) {
    this.#list = list;
    this.#clock = clock;
    this.#batch = batch;
    this.#ms = ms;
    this.#ends = clock.now() + ms;
  }

  /** Milliseconds for which no other worker gets the batch. */
  get left(): number {
    return this.#ends - this.#clock.now();
  }

  /** Prolongs the lease until `work` has ended, as long as the store answers. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#kept = true;
    this.#wait();
    try {
      return await work;
    } finally {
      this.#kept = false;
      this.#cancel();
    }
  }

  #wait(): void {
    this.#cancel = this.#clock.after(this.#ms / 4, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const ends = this.#clock.now() + this.#ms;
    const reply = await this.#list.renew(this.#batch, this.#ms);
    if (reply.kind === 'done' && reply.value) this.#ends = ends;
    const isLost = reply.kind === 'done' && !reply.value;
    if (this.#kept && !isLost) this.#wait();
  }
}
