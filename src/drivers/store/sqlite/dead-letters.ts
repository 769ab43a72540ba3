import type { DeadLetter } from '../../../ports/dead-letters.ts';
import type { Database } from '../../database.ts';

export const DEAD_LETTERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL
  );
`;

/** Bounds of one transaction, during which the event loop stands still. */
const MOST_BYTES = 500_000;
const MOST_LETTERS = 500;

/** Dead letter queue in SQLite. Runs within the list's transactions. */
export class SqliteDeadLetters {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add({ entry, reason, attempts, at }: Omit<DeadLetter, 'id'>): void {
    this.#database.run(
      'INSERT INTO dead_letters (entry, reason, attempts, at) VALUES (?, ?, ?, ?)',
      entry,
      reason,
      attempts,
      at,
    );
  }

  read(after: string | undefined, limit: number): DeadLetter[] {
    return this.#database.all(
      `SELECT CAST(id AS TEXT) AS id, entry, reason, attempts, at FROM dead_letters
         WHERE dead_letters.id > ? ORDER BY dead_letters.id LIMIT ?`,
      after === undefined ? 0 : asId(after),
      limit,
    ) as unknown as DeadLetter[];
  }

  /** The ids of all letters, oldest first. */
  ids(): string[] {
    const rows = this.#database.all(
      'SELECT CAST(id AS TEXT) AS id FROM dead_letters ORDER BY dead_letters.id',
    );
    return rows.map(({ id }) => String(id));
  }

  /** Removes the first of these letters, as much as one transaction may. Answers their entries and the other ids. */
  take(ids: readonly string[]): { entries: string[]; rest: readonly string[] } {
    const entries: string[] = [];
    let looked = 0;
    for (let bytes = 0; looked < ids.length && looked < MOST_LETTERS && bytes < MOST_BYTES; looked++) {
      const row = this.#database.all(
        'DELETE FROM dead_letters WHERE id = ? RETURNING entry',
        asId(ids[looked] ?? ''),
      )[0];
      if (!row) continue;
      const entry = String(row['entry']);
      bytes += entry.length;
      entries.push(entry);
    }
    return { entries, rest: ids.slice(looked) };
  }
}

function asId(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
