import type { Clock } from '../../../ports/clock.ts';
import type { Durability } from '../../../ports/durability.ts';
import type { Probe } from '../../../ports/probe.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Store } from '../../../ports/store.ts';
import type { Database } from '../../database.ts';
import { SqliteSharedState } from './shared-state.ts';
import { SqliteGate } from './gate.ts';
import { SqliteList, LIST_SCHEMA } from './list.ts';
import { EXPIRING_VALUES_SCHEMA } from './expiring-values.ts';
import { SqliteReceipts } from './receipts.ts';

/** Store in a SQLite database, as durable as the database's commits. */
export class SqliteStore implements Store {
  readonly list: SqliteList;
  readonly gate: SqliteGate;
  readonly receipts: SqliteReceipts;
  readonly sharedState: SqliteSharedState;
  readonly #database: Database;

  /** Creates missing tables, and takes ownership of the database. */
  constructor(database: Database, clock: Clock) {
    database.exec(LIST_SCHEMA + EXPIRING_VALUES_SCHEMA);
    this.#database = database;
    this.list = new SqliteList(database, clock);
    this.gate = new SqliteGate(database, clock);
    this.receipts = new SqliteReceipts(database, clock);
    this.sharedState = new SqliteSharedState(database, clock);
  }

  async probe(): Promise<Probe> {
    const reply = await this.list.backlog();
    return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
  }

  /** Durable: every commit waits for the disk. */
  durability(): Promise<StoreReply<Durability>> {
    return Promise.resolve({ kind: 'done', value: { status: 'durable', warnings: [] } });
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}
