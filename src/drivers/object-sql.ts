import type { Database, SqlRow, SqlValue } from './database.ts';

/** The part of a Durable Object's storage that is used. */
export interface ObjectSqlStorage {
  readonly sql: { exec(sql: string, ...values: SqlValue[]): { toArray(): SqlRow[] } };
  transactionSync<T>(work: () => T): T;
}

/**
 * SQLite of a Durable Object. The runtime's output gate holds every response until earlier writes are on
 * disk.
 */
export class ObjectSql implements Database {
  readonly #storage: ObjectSqlStorage;

  constructor(storage: ObjectSqlStorage) {
    this.#storage = storage;
  }

  exec(sql: string): void {
    this.#storage.sql.exec(sql);
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.#storage.sql.exec(sql, ...values).toArray();
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.all(sql, ...values)[0];
  }

  run(sql: string, ...values: SqlValue[]): number {
    this.all(sql, ...values);
    return Number(this.get('SELECT changes() AS count')?.['count']);
  }

  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  /** A no-op: the database lives as long as its object. */
  close(): void {}
}
