import type { Clock } from '../../ports/clock.ts';
import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../ports/dead-letters.ts';
import {
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
import type { Database } from '../database.ts';
import { DEAD_LETTERS_SCHEMA, EmbeddedDeadLetters } from './embedded-dead-letters.ts';
import { attempt } from './embedded-attempt.ts';
import { EmbeddedEntries, ENTRIES_SCHEMA, type Row } from './embedded-entries.ts';
import { EmbeddedOrder, ORDER_SCHEMA } from './embedded-order.ts';

export const LIST_SCHEMA = ENTRIES_SCHEMA + DEAD_LETTERS_SCHEMA + ORDER_SCHEMA;

/** The fallback list in a SQLite file. It keeps what the list in Redis keeps. */
export class EmbeddedList implements FallbackList {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #entries: EmbeddedEntries;
  readonly #dead: EmbeddedDeadLetters;
  readonly #order: EmbeddedOrder;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#entries = new EmbeddedEntries(database);
    this.#dead = new EmbeddedDeadLetters(database);
    this.#order = new EmbeddedOrder(database);
  }

  /** Whether nothing waits, nor is claimed. Throws what the database throws. */
  get isEmpty(): boolean {
    return this.#entries.isEmpty;
  }

  park(
    entries: readonly string[],
    bounds: Bounds = {},
    orderKeys: readonly (string | undefined)[] = [],
  ): Promise<StoreReply<Parked>> {
    return this.#try(() => {
      if (!this.#entries.hasRoom(entries, bounds)) return 'full';
      for (const entry of entries) this.#entries.append(entry);
      for (const orderKey of orderKeys) this.#order.add(orderKey);
      return 'parked';
    });
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#try(() => orderKeys.map((orderKey) => this.#order.has(orderKey)));
  }

  async claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    // All else here is done without a pause: a worker that finds no need to publish would let nobody else run.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const { batch, maxCount, maxBytes, leaseMs, exclusive } = request;
    return this.#try(() => {
      let rows = this.#entries.claimed(batch);
      if (rows.length === 0) {
        if (exclusive && this.#entries.isAnyClaimed) return [];
        rows = this.#entries.claim(batch, maxCount, maxBytes);
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
      const rows = this.#entries.claimed(batch);
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
      const row = this.#database.get(`SELECT (SELECT count(*) FROM entries WHERE batch IS NULL) AS waiting,
                  (SELECT count(*) FROM entries WHERE batch IS NOT NULL) AS claimed,
                  (SELECT count(*) FROM dead_letters) AS dead`);
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
        this.#entries.append(entry.replace(/^\{"parkedAt":\d+,/, parked));
        this.#order.add(orderKeyOf?.(entry));
      }
      return entries.length;
    });
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#try(() => this.#dead.take(which).length);
  }

  #apply(verdict: Verdict, row: Row): void {
    switch (verdict.kind) {
      case 'return':
        this.#entries.release(row);
        return;
      case 'defer':
        this.#entries.append(row.entry);
        break;
      case 'dead':
        this.#bury(row, verdict.reason, 1);
        return;
      case 'done':
        break;
    }
    this.#entries.remove(row);
  }

  #bury(entry: Row, reason: string, more: number): void {
    const row = this.#database.get('SELECT count FROM attempts WHERE position = ?', entry.position);
    const attempts = Number(row?.['count'] ?? 0) + more;
    this.#dead.add({ entry: entry.entry, reason, attempts, at: this.#clock.wallTime() });
    this.#entries.remove(entry);
  }

  #rows(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.all(sql, ...values) as unknown as Row[];
  }

  #run(sql: string, ...values: (string | number)[]): number {
    return this.#database.run(sql, ...values);
  }

  #try<T>(verb: () => T): Promise<StoreReply<T>> {
    return attempt(this.#database, verb);
  }
}
