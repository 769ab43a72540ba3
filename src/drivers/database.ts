/** A value that SQLite is given, or answers: no column here holds a BLOB, or a number beyond 2^53. */
export type SqlValue = string | number | null;

/** A row of an answer, by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A SQLite database, wherever it lives. Its verbs throw SQLite's errors. */
export interface Database {
  /** Runs statements, several where there are several. */
  exec(sql: string): void;
  /** Every row of the answer. */
  all(sql: string, ...values: SqlValue[]): SqlRow[];
  /** The first row of the answer; undefined where there is none. */
  get(sql: string, ...values: SqlValue[]): SqlRow | undefined;
  /** Runs one statement; answers how many rows it changed, without those that its triggers did. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Runs `work` in one transaction: all of it, or nothing. */
  transaction<T>(work: () => T): T;
  /** Whatever is asked for afterwards throws. */
  close(): void;
}
