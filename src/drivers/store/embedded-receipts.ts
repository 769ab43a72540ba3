import type { Clock } from '../../ports/clock.ts';
import type { Receipt, Receipts } from '../../ports/receipts.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Database } from '../database.ts';
import { attempt } from './embedded-attempt.ts';
import { EmbeddedMarks } from './embedded-marks.ts';
import { toReceipt } from './mark.ts';

/** The receipts in a SQLite file. */
export class EmbeddedReceipts implements Receipts {
  readonly #database: Database;
  readonly #marks: EmbeddedMarks;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#marks = new EmbeddedMarks(database, clock);
  }

  save(receipts: readonly Receipt[], ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      for (const receipt of receipts) {
        const known = this.#read(receipt.id);
        if (receipt.status === 'queued' && known && known.status !== 'queued') continue;
        this.#marks.set(`message:${receipt.id}`, JSON.stringify(receipt), ttlMs);
      }
    });
  }

  read(id: string): Promise<StoreReply<Receipt | undefined>> {
    return attempt(this.#database, () => this.#read(id));
  }

  #read(id: string): Receipt | undefined {
    const mark = this.#marks.get(`message:${id}`);
    return mark === undefined ? undefined : toReceipt(mark);
  }
}
