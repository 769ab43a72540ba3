import type { DatabaseSync } from 'node:sqlite';
import type { DeadLetter, WhichLetters } from '../../ports/dead-letters.ts';

export const DEAD_LETTERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL
  );
`;

/** The dead letters in a SQLite file. Runs within the transactions of the list. */
export class EmbeddedDeadLetters {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add({ entry, reason, attempts, at }: Omit<DeadLetter, 'id'>): void {
    this.#database
      .prepare('INSERT INTO dead_letters (entry, reason, attempts, at) VALUES (?, ?, ?, ?)')
      .run(entry, reason, attempts, at);
  }

  read(after: string | undefined, limit: number): DeadLetter[] {
    return this.#database
      .prepare(
        `SELECT CAST(id AS TEXT) AS id, entry, reason, attempts, at FROM dead_letters
         WHERE dead_letters.id > ? ORDER BY dead_letters.id LIMIT ?`,
      )
      .all(after === undefined ? 0 : asId(after), limit) as unknown as DeadLetter[];
  }

  /** Takes them out, oldest first where all are meant; answers their entries. */
  take(which: WhichLetters): string[] {
    const rows =
      which === 'all'
        ? this.#database.prepare('DELETE FROM dead_letters RETURNING id, entry').all()
        : which.flatMap((id) =>
            this.#database.prepare('DELETE FROM dead_letters WHERE id = ? RETURNING id, entry').all(asId(id)),
          );
    const letters = rows as unknown as { id: number; entry: string }[];
    if (which === 'all') letters.sort((a, b) => a.id - b.id);
    return letters.map(({ entry }) => entry);
  }
}

function asId(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
