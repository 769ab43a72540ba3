import type { DatabaseSync } from 'node:sqlite';

export const ORDER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS order_keys (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
`;

/** How many entries of the list have an order key, in a SQLite file. Runs within the transactions of the list. */
export class EmbeddedOrder {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  has(orderKey: string): boolean {
    return this.#database.prepare('SELECT 1 FROM order_keys WHERE name = ?').get(orderKey) !== undefined;
  }

  add(orderKey: string | undefined): void {
    if (orderKey === undefined) return;
    const up = 'INSERT INTO order_keys VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1';
    this.#database.prepare(up).run(orderKey);
  }

  /** Once the list is empty all are forgotten: what died with its worker was never counted down. */
  drop(orderKeys: readonly (string | undefined)[]): void {
    for (const name of orderKeys) {
      if (name === undefined) continue;
      this.#database.prepare('UPDATE order_keys SET count = count - 1 WHERE name = ?').run(name);
      this.#database.prepare('DELETE FROM order_keys WHERE name = ? AND count <= 0').run(name);
    }
    this.#database.exec('DELETE FROM order_keys WHERE NOT EXISTS (SELECT 1 FROM entries)');
  }
}
