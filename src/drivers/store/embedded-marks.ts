import type { Clock } from '../../ports/clock.ts';
import type { Database } from '../database.ts';

/** Each row is what a key with a time to live is in Redis. */
export const MARKS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL, ends_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS marks_by_end ON marks (ends_at);
`;

/** Values that end by themselves, in a SQLite file. Used within a transaction. */
export class EmbeddedMarks {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  get(name: string): string | undefined {
    const row = this.#database.get(
      'SELECT value FROM marks WHERE name = ? AND ends_at > ?',
      name,
      this.#clock.wallTime(),
    );
    return row?.['value'] as string | undefined;
  }

  /** Drops what has ended, too: the file must not grow for ever. */
  set(name: string, value: string, ttlMs: number): void {
    const now = this.#clock.wallTime();
    this.#database.run('DELETE FROM marks WHERE ends_at <= ?', now);
    this.#database.run('INSERT OR REPLACE INTO marks VALUES (?, ?, ?)', name, value, Math.ceil(now + ttlMs));
  }

  delete(name: string): void {
    this.#database.run('DELETE FROM marks WHERE name = ?', name);
  }
}
