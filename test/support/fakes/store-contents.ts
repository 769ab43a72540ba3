import type { Database } from '../../../src/drivers/database.ts';
import { toReceipt } from '../../../src/drivers/store/id-record.ts';
import { SqliteDeadLetters } from '../../../src/drivers/store/sqlite/dead-letters.ts';
import { SqliteEntries } from '../../../src/drivers/store/sqlite/entries.ts';
import { SqliteOrder } from '../../../src/drivers/store/sqlite/order.ts';
import type { DeadLetter } from '../../../src/ports/dead-letters.ts';
import type { Receipt } from '../../../src/ports/receipts.ts';

const ALL = Number.MAX_SAFE_INTEGER;

/** The rows of an embedded store: a test prepares and checks them here, past the verbs and the faults of the store. */
export class StoreContents {
  readonly #database: Database;
  readonly #entries: SqliteEntries;
  readonly #dead: SqliteDeadLetters;
  readonly #order: SqliteOrder;

  constructor(database: Database) {
    this.#database = database;
    this.#entries = new SqliteEntries(database);
    this.#dead = new SqliteDeadLetters(database);
    this.#order = new SqliteOrder(database);
  }

  /** The entries that no worker has claimed, oldest first. */
  get waiting(): readonly string[] {
    return this.#column('SELECT entry FROM entries WHERE batch IS NULL ORDER BY position', 'entry');
  }

  get dead(): readonly DeadLetter[] {
    return this.#dead.read(undefined, ALL);
  }

  /** The ids whose messages are on their way. */
  get held(): readonly string[] {
    return [...this.#values('message:')].flatMap(([id, record]) => (toReceipt(record) ? [] : id));
  }

  get receipts(): ReadonlyMap<string, Receipt> {
    const receipts = [...this.#values('message:')].map(([id, record]) => [id, toReceipt(record)] as const);
    return new Map(receipts.flatMap(([id, receipt]) => (receipt ? [[id, receipt] as const] : [])));
  }

  /** The texts of the shared state, by their names. */
  get texts(): ReadonlyMap<string, string> {
    return this.#values('board:');
  }

  holdsOrderKey(orderKey: string): boolean {
    return this.#order.has(orderKey);
  }

  append(entries: readonly string[], orderKeys: readonly (string | undefined)[] = []): void {
    for (const entry of entries) this.#entries.append(entry);
    for (const orderKey of orderKeys) this.#order.add(orderKey);
  }

  /** Removes entries, the oldest first. */
  remove(count = ALL): void {
    this.#database.run('DELETE FROM entries WHERE position IN (SELECT position FROM entries LIMIT ?)', count);
  }

  bury(letter: Omit<DeadLetter, 'id'>): void {
    this.#dead.add(letter);
  }

  /** Ends every lease, as a reap does after a worker stood still for too long. */
  endLeases(): void {
    this.#database.run('DELETE FROM leases');
  }

  /** The values whose names begin so, by the rest of the name. */
  #values(prefix: string): Map<string, string> {
    const rows = this.#database.all(
      'SELECT name, value FROM marks WHERE substr(name, 1, ?) = ? ORDER BY name',
      prefix.length,
      prefix,
    );
    return new Map(rows.map(({ name, value }) => [String(name).slice(prefix.length), String(value)]));
  }

  #column(sql: string, name: string): string[] {
    return this.#database.all(sql).map((row) => String(row[name]));
  }
}
