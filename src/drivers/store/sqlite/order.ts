import type { Database } from '../../database.ts';

export const ORDER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS order_keys (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
`;

/** Reference counts of order keys in SQLite. Runs within the list's transactions. */
export class SqliteOrder {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  has(orderKey: string): boolean {
    return this.#database.get('SELECT 1 FROM order_keys WHERE name = ?', orderKey) !== undefined;
  }

  add(orderKey: string | undefined): void {
    if (orderKey === undefined) return;
    const up = 'INSERT INTO order_keys VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1';
    this.#database.run(up, orderKey);
  }

  /**
   * Decrements counts. An empty list clears them all: an entry that died with its worker was never counted
   * down.
   */
  drop(orderKeys: readonly (string | undefined)[]): void {
    for (const name of orderKeys) {
      if (name === undefined) continue;
      this.#database.run('UPDATE order_keys SET count = count - 1 WHERE name = ?', name);
      this.#database.run('DELETE FROM order_keys WHERE name = ? AND count <= 0', name);
    }
    this.#database.exec('DELETE FROM order_keys WHERE NOT EXISTS (SELECT 1 FROM entries)');
  }
}
