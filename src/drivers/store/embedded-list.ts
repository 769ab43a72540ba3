import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../ports/dead-letters.ts';
import {
  ALONE_AFTER,
  type Backlog,
  type Bounds,
  type ClaimRequest,
  type FallbackList,
  MAX_ATTEMPTS,
  type Parked,
  POISON,
  type Reaped,
  type Verdict,
} from '../../ports/fallback-list.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import { DEAD_LETTERS_SCHEMA, EmbeddedDeadLetters } from './embedded-dead-letters.ts';
import { attempt } from './embedded-attempt.ts';
import { EmbeddedOrder, ORDER_SCHEMA } from './embedded-order.ts';

/** The head has the lowest position. An entry is claimed while it names a batch that has a lease. */
export const LIST_SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (position INTEGER PRIMARY KEY, entry TEXT NOT NULL, batch TEXT);
  CREATE INDEX IF NOT EXISTS entries_by_batch ON entries (batch, position);
  CREATE TABLE IF NOT EXISTS leases (batch TEXT PRIMARY KEY, ends_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS attempts (position INTEGER PRIMARY KEY, count INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS size (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT OR IGNORE INTO size
    SELECT 1, count(*), coalesce(sum(length(CAST(entry AS BLOB))), 0) FROM entries;
  CREATE TRIGGER IF NOT EXISTS entries_grow AFTER INSERT ON entries BEGIN
    UPDATE size SET entries = entries + 1, bytes = bytes + length(CAST(NEW.entry AS BLOB));
  END;
  CREATE TRIGGER IF NOT EXISTS entries_shrink AFTER DELETE ON entries BEGIN
    UPDATE size SET entries = entries - 1, bytes = bytes - length(CAST(OLD.entry AS BLOB));
    DELETE FROM attempts WHERE position = OLD.position;
  END;
  ${DEAD_LETTERS_SCHEMA}
  ${ORDER_SCHEMA}
`;

interface Row {
  readonly position: number;
  readonly entry: string;
}

/** The fallback list in a SQLite file. It keeps what the list in Redis keeps. */
export class EmbeddedList implements FallbackList {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #dead: EmbeddedDeadLetters;
  readonly #order: EmbeddedOrder;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#dead = new EmbeddedDeadLetters(database);
    this.#order = new EmbeddedOrder(database);
  }

  park(
    entries: readonly string[],
    bounds: Bounds = {},
    orderKeys: readonly (string | undefined)[] = [],
  ): Promise<StoreReply<Parked>> {
    return this.#try(() => {
      if (!this.#hasRoom(entries, bounds)) return 'full';
      for (const entry of entries) this.#append(entry);
      for (const orderKey of orderKeys) this.#order.add(orderKey);
      return 'parked';
    });
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#try(() => orderKeys.map((orderKey) => this.#order.has(orderKey)));
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    const { batch, maxCount, maxBytes, leaseMs, exclusive } = request;
    return this.#try(() => {
      let rows = this.#claimed(batch);
      if (rows.length === 0) {
        if (exclusive && this.#rows('SELECT * FROM entries WHERE batch IS NOT NULL LIMIT 1').length > 0)
          return [];
        rows = this.#head(maxCount, maxBytes);
        const take = this.#database.prepare('UPDATE entries SET batch = ? WHERE position = ?');
        for (const { position } of rows) take.run(batch, position);
      }
      if (rows.length > 0) {
        this.#run('INSERT OR REPLACE INTO leases VALUES (?, ?)', batch, this.#clock.wallTime() + leaseMs);
      }
      return rows.map(({ entry }) => entry);
    });
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    const ends = this.#clock.wallTime() + leaseMs;
    return this.#try(() => this.#run('UPDATE leases SET ends_at = ? WHERE batch = ?', ends, batch) === 1);
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    return this.#try(() => {
      if (this.#run('DELETE FROM leases WHERE batch = ?', batch) === 0) return false;
      const rows = this.#claimed(batch);
      if (rows.length !== verdicts.length) throw new Error('One verdict for each claimed entry is needed');
      for (const [index, verdict] of verdicts.entries()) this.#apply(verdict, rows[index] as Row);
      this.#order.drop(verdicts.map((verdict) => ('orderKey' in verdict ? verdict.orderKey : undefined)));
      return true;
    });
  }

  reap(): Promise<StoreReply<Reaped>> {
    return this.#try(() => {
      this.#run('DELETE FROM leases WHERE ends_at <= ?', this.#clock.wallTime());
      const orphans = 'batch IS NOT NULL AND batch NOT IN (SELECT batch FROM leases)';
      const count = `INSERT INTO attempts SELECT position, 1 FROM entries WHERE ${orphans}
        ON CONFLICT (position) DO UPDATE SET count = count + 1`;
      this.#run(count);
      const worn = this.#rows(
        `SELECT position, entry FROM entries JOIN attempts USING (position)
         WHERE ${orphans} AND count >= ? ORDER BY position`,
        MAX_ATTEMPTS,
      );
      for (const row of worn) this.#bury(row, POISON, 0);
      return { returned: this.#run(`UPDATE entries SET batch = NULL WHERE ${orphans}`), dead: worn.length };
    });
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#try(() => {
      const row = this.#database
        .prepare(
          `SELECT (SELECT count(*) FROM entries WHERE batch IS NULL) AS waiting,
                  (SELECT count(*) FROM entries WHERE batch IS NOT NULL) AS claimed,
                  (SELECT count(*) FROM dead_letters) AS dead`,
        )
        .get();
      return row as unknown as Backlog;
    });
  }

  deadLetters(page: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>> {
    return this.#try(() => this.#dead.read(page.after, page.limit));
  }

  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>> {
    return this.#try(() => {
      const entries = this.#dead.take(which);
      const parked = `{"parkedAt":${this.#clock.wallTime()},`;
      for (const entry of entries) {
        this.#append(entry.replace(/^\{"parkedAt":\d+,/, parked));
        this.#order.add(orderKeyOf?.(entry));
      }
      return entries.length;
    });
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#try(() => this.#dead.take(which).length);
  }

  #apply(verdict: Verdict, row: Row): void {
    const { position, entry } = row;
    switch (verdict.kind) {
      case 'return':
        this.#run('UPDATE entries SET batch = NULL WHERE position = ?', position);
        return;
      case 'defer':
        this.#append(entry);
        break;
      case 'dead':
        this.#bury(row, verdict.reason, 1);
        return;
      case 'done':
        break;
    }
    this.#run('DELETE FROM entries WHERE position = ?', position);
  }

  #hasRoom(more: readonly string[], { maxLength, maxBytes }: Bounds): boolean {
    if (maxLength === undefined && maxBytes === undefined) return true;
    const size = this.#database.prepare('SELECT entries, bytes FROM size').get();
    const { entries, bytes } = size as unknown as { entries: number; bytes: number };
    const usual = entries > 0 ? bytes / entries : 1;
    const moreBytes = more.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0);
    return (
      entries + (more.length || 1) <= (maxLength ?? Infinity) &&
      bytes + (moreBytes || usual) <= (maxBytes ?? Infinity)
    );
  }

  #bury({ position, entry }: Row, reason: string, more: number): void {
    const row = this.#database.prepare('SELECT count FROM attempts WHERE position = ?').get(position);
    const attempts = Number(row?.['count'] ?? 0) + more;
    this.#dead.add({ entry, reason, attempts, at: this.#clock.wallTime() });
    this.#run('DELETE FROM entries WHERE position = ?', position);
  }

  #append(entry: string): void {
    this.#run('INSERT INTO entries (entry) VALUES (?)', entry);
  }

  #claimed(batch: string): Row[] {
    return this.#rows('SELECT position, entry FROM entries WHERE batch = ? ORDER BY position', batch);
  }

  #head(maxCount: number, maxBytes: number): Row[] {
    const rows = this.#rows(
      'SELECT position, entry FROM entries WHERE batch IS NULL ORDER BY position LIMIT ?',
      maxCount,
    );
    let bytes = 0;
    const suspects = this.#suspects();
    const [first] = rows;
    if (first && suspects.has(first.position)) return [first];
    const fit = rows.findIndex(
      ({ position, entry }, index) =>
        ((bytes += Buffer.byteLength(entry)) > maxBytes && index > 0) || suspects.has(position),
    );
    return fit === -1 ? rows : rows.slice(0, fit);
  }

  /** Positions of entries that are claimed alone. */
  #suspects(): Set<number> {
    const rows = this.#database.prepare('SELECT position FROM attempts WHERE count >= ?').all(ALONE_AFTER);
    return new Set(rows.map((row) => Number(row['position'])));
  }

  #rows(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.prepare(sql).all(...values) as unknown as Row[];
  }

  #run(sql: string, ...values: (string | number)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }

  #try<T>(verb: () => T): Promise<StoreReply<T>> {
    return attempt(this.#database, verb);
  }
}
