import type { Clock } from '../../../ports/clock.ts';
import type { KeptReceipt, Receipts } from '../../../ports/receipts.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Database } from '../../database.ts';
import { attempt } from './attempt.ts';
import { ExpiringValues } from './expiring-values.ts';
import { toReceipt } from '../id-record.ts';

/** Receipts in SQLite, a row with expiry for each id. */
export class SqliteReceipts implements Receipts {
  readonly #database: Database;
  readonly #values: ExpiringValues;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#values = new ExpiringValues(database, clock);
  }

  save(receipts: readonly KeptReceipt[], ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      for (const receipt of receipts) {
        const known = this.#read(receipt.id);
        if (receipt.status === 'queued' && known && known.status !== 'queued') continue;
        this.#values.set(`message:${receipt.id}`, JSON.stringify(receipt), ttlMs);
      }
    });
  }

  read(id: string): Promise<StoreReply<KeptReceipt | undefined>> {
    return attempt(this.#database, () => this.#read(id));
  }

  #read(id: string): KeptReceipt | undefined {
    const record = this.#values.get(`message:${id}`);
    return record === undefined ? undefined : toReceipt(record);
  }
}
