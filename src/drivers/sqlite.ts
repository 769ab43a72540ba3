import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, SqlRow, SqlValue } from './database.ts';

/**
 * Opens `<directory>/<name>` in WAL mode, creating what is missing. A commit is on disk when it returns, and
 * several processes may use the file at once.
 */
export function openDatabase(directory: string, name: string): Database {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, name));
  database.exec(`
    PRAGMA busy_timeout = 2000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
  `);
  return new SqliteFile(database);
}

/** Their texts are few: this bounds what a text that varies would cost. */
const MOST_STATEMENTS = 100;

/** SQLite file, through the runtime's `node:sqlite`. */
class SqliteFile implements Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.#prepared(sql).all(...values) as SqlRow[];
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.#prepared(sql).get(...values) as SqlRow | undefined;
  }

  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** A statement that is left to the garbage collector keeps what was bound to it, which Deno does not count. */
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // A failed COMMIT may have ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
