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
  /**
   * Each turn of the event loop writes what was recorded in it, and waits for no other: where a
   * runtime ends what a request has begun, no loop outlives the request.
   */
  readonly isTurnByTurn?: boolean;
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
  readonly #written = new Map<string, Receipt>();
  #running: Promise<void> | undefined;
  #stopping = false;
  #isBegun = false;
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
    if (this.#deps.isTurnByTurn) this.#begin();
    else this.#running ??= this.#run();
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
      if (await this.#write()) continue;
      if (this.#stopping) break;
      await this.#pause();
    }
    this.#running = undefined;
  }

  /** What can't be written goes along with the next. */
  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    queueMicrotask(() => {
      this.#isBegun = false;
      void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.size > 0 && (await this.#write()));
  }

  /** One batch; answers whether the store has it. */
  async #write(): Promise<boolean> {
    const batch = [...this.#waiting].slice(0, MAX_BATCH);
    for (const [id, receipt] of batch) {
      this.#waiting.delete(id);
      this.#written.set(id, receipt);
    }
    const receipts = batch.map(([, receipt]) => receipt);
    const reply = await this.#deps.receipts.save(receipts, this.#deps.ttlMs);
    for (const [id, receipt] of batch) if (this.#written.get(id) === receipt) this.#written.delete(id);
    if (reply.kind !== 'done') this.#putBack(batch);
    return reply.kind === 'done';
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
