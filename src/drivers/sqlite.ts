import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens `<directory>/<name>`, making what is missing. A commit is on the disk when it returns, and
 * several processes may use the file at once.
 */
export function openDatabase(directory: string, name: string, schema: string): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, name));
  database.exec(`
    PRAGMA busy_timeout = 2000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    ${schema}
  `);
  return database;
}

/** Runs `work` in one transaction: all of it, or nothing. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // The commit itself may have failed, and then nothing is left to roll back.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
