import type { Clock } from '../ports/clock.ts';
import type { Receipt, Receipts } from '../ports/receipts.ts';
import type { StoreReply } from '../ports/store-reply.ts';

export interface RecorderDeps {
  readonly receipts: Receipts;
  readonly clock: Clock;
  /** How long a receipt is kept; 0: none is written. */
  readonly ttlMs: number;
  /** So many receipts were given up. */
  onDropped: (count: number) => void;
}

/** About 3 MB. Beyond it the oldest are given up: a store that is away must not fill the memory. */
const MAX_WAITING = 10_000;
const MAX_BATCH = 500;
const RETRY_MS = 250;

/**
 * Writes receipts behind the answers: nobody waits for it. What comes while a batch is written is
 * the next batch; what could not be written is tried again.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #waiting = new Map<string, Receipt>();
  #written: ReadonlyMap<string, Receipt> = new Map();
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake = () => {};

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  record(receipt: Receipt): void {
    if (this.#deps.ttlMs === 0) return;
    const known = this.waiting(receipt.id);
    if (receipt.status === 'queued' && known && known.status !== 'queued') return;
    this.#waiting.set(receipt.id, receipt);
    this.#dropOldest();
    this.#running ??= this.#run();
  }

  /** The receipt that the store does not have yet. */
  waiting(id: string): Receipt | undefined {
    return this.#waiting.get(id) ?? this.#written.get(id);
  }

  async find(id: string): Promise<StoreReply<Receipt | undefined>> {
    const receipt = this.waiting(id);
    return receipt ? { kind: 'done', value: receipt } : this.#deps.receipts.read(id);
  }

  /** Settles when everything is written, or the store has failed once more. */
  async finish(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    // The rest of this tick comes along.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, MAX_BATCH);
      for (const [id] of batch) this.#waiting.delete(id);
      this.#written = new Map(batch);
      const reply = await this.#deps.receipts.save([...this.#written.values()], this.#deps.ttlMs);
      this.#written = new Map();
      if (reply.kind === 'done') continue;
      this.#putBack(batch);
      if (this.#stopping) break;
      await this.#pause();
    }
    this.#running = undefined;
  }

  #putBack(batch: readonly (readonly [string, Receipt])[]): void {
    const newer = [...this.#waiting];
    this.#waiting.clear();
    for (const [id, receipt] of [...batch, ...newer]) this.#waiting.set(id, receipt);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const tooMany = this.#waiting.size - MAX_WAITING;
    if (tooMany <= 0) return;
    for (const id of [...this.#waiting.keys()].slice(0, tooMany)) this.#waiting.delete(id);
    this.#deps.onDropped(tooMany);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(RETRY_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
