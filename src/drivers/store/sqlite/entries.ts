import type { Bounds, ClaimRequest } from '../../../ports/fallback-list.ts';
import type { Database } from '../../database.ts';

/**
 * Schema of the queue. The head has the lowest position. An entry is claimed while its batch has a lease.
 * Triggers maintain `size`.
 */
export const ENTRIES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (position INTEGER PRIMARY KEY, entry TEXT NOT NULL, batch TEXT);
  CREATE INDEX IF NOT EXISTS entries_by_batch ON entries (batch, position);
  CREATE TABLE IF NOT EXISTS leases (batch TEXT PRIMARY KEY, ends_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS attempts (position INTEGER PRIMARY KEY, count INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS size (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT INTO size
    SELECT 1, (SELECT count(*) FROM entries), (SELECT coalesce(sum(octet_length(entry)), 0) FROM entries)
    WHERE NOT EXISTS (SELECT * FROM size);
  CREATE TRIGGER IF NOT EXISTS entries_grow AFTER INSERT ON entries BEGIN
    UPDATE size SET entries = entries + 1, bytes = bytes + length(CAST(NEW.entry AS BLOB));
  END;
  CREATE TRIGGER IF NOT EXISTS entries_shrink AFTER DELETE ON entries BEGIN
    UPDATE size SET entries = entries - 1, bytes = bytes - length(CAST(OLD.entry AS BLOB));
    DELETE FROM attempts WHERE position = OLD.position;
  END;
`;

export interface Row {
  readonly position: number;
  readonly entry: string;
}

/** Queue of entries in SQLite. Runs within the list's transactions. */
export class SqliteEntries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether the entries fit into the bounds; without entries, whether one of mean size would. */
  hasRoom(more: readonly string[], { maxLength, maxBytes }: Bounds): boolean {
    if (maxLength === undefined && maxBytes === undefined) return true;
    const size = this.#database.get('SELECT entries, bytes FROM size');
    const { entries, bytes } = size as unknown as { entries: number; bytes: number };
    const usual = entries > 0 ? bytes / entries : 1;
    const moreBytes = more.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0);
    return (
      entries + (more.length || 1) <= (maxLength ?? Infinity) &&
      bytes + (moreBytes || usual) <= (maxBytes ?? Infinity)
    );
  }

  append(entry: string): void {
    this.#database.run('INSERT INTO entries (entry) VALUES (?)', entry);
  }

  remove({ position }: Row): void {
    this.#database.run('DELETE FROM entries WHERE position = ?', position);
  }

  /** Returns an entry to its position. */
  release({ position }: Row): void {
    this.#database.run('UPDATE entries SET batch = NULL WHERE position = ?', position);
  }

  get isEmpty(): boolean {
    return this.#database.get('SELECT 1 FROM entries LIMIT 1') === undefined;
  }

  get isAnyClaimed(): boolean {
    return this.#database.get('SELECT 1 FROM entries WHERE batch IS NOT NULL LIMIT 1') !== undefined;
  }

  claimed(batch: string): Row[] {
    return this.#rows('SELECT position, entry FROM entries WHERE batch = ? ORDER BY position', batch);
  }

  /** Claims entries from the head for a batch. A suspected poison entry is claimed alone. */
  claim(request: ClaimRequest): Row[] {
    const { batch } = request;
    for (const position of this.#head(request))
      this.#database.run('UPDATE entries SET batch = ? WHERE position = ?', batch, position);
    return this.claimed(batch);
  }

  /** Selects entries by length alone: the text of all of them may exceed the memory. */
  #head({ maxCount, maxBytes, aloneAfter = Infinity }: ClaimRequest): number[] {
    const rows = this.#database.all(
      `SELECT position, octet_length(entry) AS bytes FROM entries
       WHERE batch IS NULL ORDER BY position LIMIT ?`,
      maxCount,
    ) as unknown as { position: number; bytes: number }[];
    let total = 0;
    const suspects = this.#suspects(aloneAfter);
    const positions = rows.map(({ position }) => position);
    const [first] = positions;
    if (first !== undefined && suspects.has(first)) return [first];
    const fit = rows.findIndex(
      ({ position, bytes }, index) => ((total += bytes) > maxBytes && index > 0) || suspects.has(position),
    );
    return fit === -1 ? positions : positions.slice(0, fit);
  }

  /** Positions of suspected poison entries. */
  #suspects(aloneAfter: number): Set<number> {
    const rows = this.#database.all('SELECT position FROM attempts WHERE count >= ?', aloneAfter);
    return new Set(rows.map((row) => Number(row['position'])));
  }

  #rows(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.all(sql, ...values) as unknown as Row[];
  }
}
