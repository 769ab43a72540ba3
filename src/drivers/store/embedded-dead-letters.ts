import type { DeadLetter, WhichLetters } from '../../ports/dead-letters.ts';
import type { Database } from '../database.ts';

export const DEAD_LETTERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL
  );
`;

/** The dead letters in a SQLite file. Runs within the transactions of the list. */
export class EmbeddedDeadLetters {
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

  /** Takes them out, oldest first where all are meant; answers their entries. */
  take(which: WhichLetters): string[] {
    const rows =
      which === 'all'
        ? this.#database.all('DELETE FROM dead_letters RETURNING id, entry')
        : which.flatMap((id) =>
            this.#database.all('DELETE FROM dead_letters WHERE id = ? RETURNING id, entry', asId(id)),
          );
    const letters = rows as unknown as { id: number; entry: string }[];
    if (which === 'all') letters.sort((a, b) => a.id - b.id);
    return letters.map(({ entry }) => entry);
  }
}

function asId(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
