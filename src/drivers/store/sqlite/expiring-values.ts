import type { Clock } from '../../../ports/clock.ts';
import type { Database } from '../../database.ts';

/** Schema of the key-value table. A row is what a key with a TTL is in Redis. */
export const EXPIRING_VALUES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL, ends_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS marks_by_end ON marks (ends_at);
`;

/** Expired rows that one write deletes, for the one that it adds. */
const MOST_DELETED = 20;

/** Key-value store with expiry (TTL) in SQLite. Used within a transaction. */
export class ExpiringValues {
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

  /** Deletes some expired rows as well: the file must not grow for ever, and a message must not wait for it. */
  set(name: string, value: string, ttlMs: number): void {
    const now = this.#clock.wallTime();
    this.#database.run(
      'DELETE FROM marks WHERE rowid IN (SELECT rowid FROM marks WHERE ends_at <= ? LIMIT ?)',
      now,
      MOST_DELETED,
    );
    this.#database.run('INSERT OR REPLACE INTO marks VALUES (?, ?, ?)', name, value, Math.ceil(now + ttlMs));
  }

  /** Cuts a longer time to live down to this one: the clock was set back since. */
  cutDown(name: string, ttlMs: number): void {
    const latest = Math.ceil(this.#clock.wallTime() + ttlMs);
    this.#database.run('UPDATE marks SET ends_at = ? WHERE name = ? AND ends_at > ?', latest, name, latest);
  }

  delete(name: string): void {
    this.#database.run('DELETE FROM marks WHERE name = ?', name);
  }
}
