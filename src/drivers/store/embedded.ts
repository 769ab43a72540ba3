import type { Clock } from '../../ports/clock.ts';
import type { Durability } from '../../ports/durability.ts';
import type { Probe } from '../../ports/probe.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Store } from '../../ports/store.ts';
import type { Database } from '../database.ts';
import { EmbeddedBoard } from './embedded-board.ts';
import { EmbeddedGate } from './embedded-gate.ts';
import { EmbeddedList, LIST_SCHEMA } from './embedded-list.ts';
import { MARKS_SCHEMA } from './embedded-marks.ts';
import { EmbeddedReceipts } from './embedded-receipts.ts';

/** What Redis keeps, in a SQLite database. What it has answered is kept as well as the database keeps a commit. */
export class EmbeddedStore implements Store {
  readonly list: EmbeddedList;
  readonly gate: EmbeddedGate;
  readonly receipts: EmbeddedReceipts;
  readonly board: EmbeddedBoard;
  readonly #database: Database;

  /** Makes the tables that are missing. From now on the database is the store's. */
  constructor(database: Database, clock: Clock) {
    database.exec(LIST_SCHEMA + MARKS_SCHEMA);
    this.#database = database;
    this.list = new EmbeddedList(database, clock);
    this.gate = new EmbeddedGate(database, clock);
    this.receipts = new EmbeddedReceipts(database, clock);
    this.board = new EmbeddedBoard(database, clock);
  }

  async probe(): Promise<Probe> {
    const reply = await this.list.backlog();
    return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
  }

  /** Every commit waits for the disk. */
  durability(): Promise<StoreReply<Durability>> {
    return Promise.resolve({ kind: 'done', value: { status: 'durable', warnings: [] } });
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}
