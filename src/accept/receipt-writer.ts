import { type Clock, pause } from '../ports/clock.ts';
import { fingerprintOf } from '../message/fingerprint.ts';
import { idKey } from '../message/id-key.ts';
import type { Message } from '../message/message.ts';
import { type KeptReceipt, type Receipt, type Receipts, toClient } from '../ports/receipts.ts';
import type { StoreReply } from '../ports/store-reply.ts';

export interface ReceiptWriterDeps {
  readonly receipts: Receipts;
  readonly clock: Clock;
  /** How long a receipt is kept; 0: none is written. */
  readonly ttlMs: number;
  /** Counts receipts that were given up. */
  onDropped: (count: number) => void;
  /**
   * Each turn of the event loop writes its own receipts, once: no loop may outlive the request where
   * the runtime ends its work with it.
   */
  readonly isTurnByTurn?: boolean;
}

/** About 3 MB. Beyond it the oldest are given up: a store that is away must not fill the memory. */
const MAX_WAITING = 10_000;
const MAX_BATCH = 500;
const RETRY_MS = 250;

/**
 * Write-behind cache of receipts: no answer waits for the store. What comes while a batch is written is
 * the next batch; what could not be written is tried again.
 */
export class ReceiptWriter {
  readonly #deps: ReceiptWriterDeps;
  readonly #waiting = new Map<string, KeptReceipt>();
  readonly #written = new Map<string, KeptReceipt>();
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #isBegun = false;

  constructor(deps: ReceiptWriterDeps) {
    this.#deps = deps;
  }

  /** `message`: what the receipt is of. */
  record(receipt: Receipt, message: Message): void {
    if (this.#deps.ttlMs === 0) return;
    const key = idKey(message);
    const known = this.waiting(key);
    if (receipt.status === 'queued' && known && known.status !== 'queued') return;
    this.#waiting.set(key, { ...receipt, id: key, fingerprint: fingerprintOf(message) });
    this.#dropOldest();
    if (this.#deps.isTurnByTurn) this.#begin();
    else this.#running ??= this.#run();
  }

  /** The receipt of an `idKey`, if the store does not have it yet. */
  waiting(key: string): KeptReceipt | undefined {
    return this.#waiting.get(key) ?? this.#written.get(key);
  }

  /** The receipt of an id, which is one of `owner`'s key where there is one. */
  async find(id: string, owner?: string): Promise<StoreReply<Receipt | undefined>> {
    const key = idKey({ id, owner });
    const waiting = this.waiting(key);
    if (waiting) return { kind: 'done', value: toClient(waiting, id) };
    const reply = await this.#deps.receipts.read(key);
    return reply.kind === 'done' && reply.value ? { ...reply, value: toClient(reply.value, id) } : reply;
  }

  /** Settles when everything is written, or the store has failed once more. */
  async finish(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    // So that the other receipts of this tick join the batch.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      if (await this.#write()) continue;
      if (this.#stopping.signal.aborted) break;
      await pause(this.#deps.clock, RETRY_MS, this.#stopping.signal);
    }
    this.#running = undefined;
  }

  /** A batch that can't be written joins the next one. */
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

  #putBack(batch: readonly (readonly [string, KeptReceipt])[]): void {
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
}
