/** A column value. No column here holds a BLOB, or an integer beyond 2^53. */
export type SqlValue = string | number | null;

/** A result row, by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Synchronous SQLite connection of any runtime. Its methods throw SQLite's errors. */
export interface Database {
  /** Executes one or more statements. */
  exec(sql: string): void;
  /** All result rows. */
  all(sql: string, ...values: SqlValue[]): SqlRow[];
  /** The first result row; undefined if there is none. */
  get(sql: string, ...values: SqlValue[]): SqlRow | undefined;
  /** Executes one statement. Answers the number of changed rows, without those that triggers changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Runs `work` in one transaction, atomically. */
  transaction<T>(work: () => T): T;
  /** Closes the connection: later calls throw. */
  close(): void;
}
