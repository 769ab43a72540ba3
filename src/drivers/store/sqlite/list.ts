import type { Clock } from '../../../ports/clock.ts';
import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../../ports/dead-letters.ts';
import {
  type Backlog,
  type Bounds,
  type ClaimRequest,
  type FallbackList,
  type Parked,
  type PoisonRule,
  type Reaped,
  type Settlement,
} from '../../../ports/fallback-list.ts';
import type { ResolvedDoubt } from '../../../ports/doubts.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Database } from '../../database.ts';
import { DEAD_LETTERS_SCHEMA, SqliteDeadLetters } from './dead-letters.ts';
import { attempt } from './attempt.ts';
import { SqliteEntries, ENTRIES_SCHEMA, type Row } from './entries.ts';
import { ExpiringValues } from './expiring-values.ts';
import { SqliteOrder, ORDER_SCHEMA } from './order.ts';

export const LIST_SCHEMA = ENTRIES_SCHEMA + DEAD_LETTERS_SCHEMA + ORDER_SCHEMA;

/** Marks of messages parked in doubt, by token. They last longer than an outage. */
const DOUBT = 'doubt:';
const DOUBT_TTL_MS = 7 * 86_400_000;

/** Fallback list in SQLite, with the semantics of the list in Redis. */
export class SqliteList implements FallbackList {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #entries: SqliteEntries;
  readonly #dead: SqliteDeadLetters;
  readonly #order: SqliteOrder;
  readonly #values: ExpiringValues;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#entries = new SqliteEntries(database);
    this.#dead = new SqliteDeadLetters(database);
    this.#order = new SqliteOrder(database);
    this.#values = new ExpiringValues(database, clock);
  }

  /** Whether the list has no entries, claimed ones included. Throws the database's errors. */
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

  resolveDoubts(resolved: readonly ResolvedDoubt[]): Promise<StoreReply<void>> {
    return this.#try(() => {
      for (const { token, isPublished } of resolved)
        this.#values.set(DOUBT + token, isPublished ? '1' : '0', DOUBT_TTL_MS);
    });
  }

  doubts(tokens: readonly string[]): Promise<StoreReply<readonly (boolean | undefined)[]>> {
    return this.#try(() =>
      tokens.map((token) => {
        const mark = this.#values.get(DOUBT + token);
        return mark === undefined ? undefined : mark === '1';
      }),
    );
  }

  async claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    // All else here is synchronous, and a worker that need not publish would starve the event loop.
    await nextTurn();
    const { batch, leaseMs, exclusive } = request;
    return this.#try(() => {
      let rows = this.#entries.claimed(batch);
      if (rows.length === 0) {
        if (exclusive && this.#entries.isAnyClaimed) return [];
        rows = this.#entries.claim(request);
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

  settle(batch: string, verdicts: readonly Settlement[]): Promise<StoreReply<boolean>> {
    return this.#try(() => {
      if (this.#run('DELETE FROM leases WHERE batch = ?', batch) === 0) return false;
      const rows = this.#entries.claimed(batch);
      if (rows.length !== verdicts.length) throw new Error('One verdict for each claimed entry is needed');
      for (const [index, verdict] of verdicts.entries()) this.#apply(verdict, rows[index] as Row);
      for (const verdict of verdicts)
        if ('doubt' in verdict && verdict.doubt) this.#values.delete(DOUBT + verdict.doubt);
      this.#order.drop(verdicts.map((verdict) => ('orderKey' in verdict ? verdict.orderKey : undefined)));
      return true;
    });
  }

  reap({ maxAttempts, reason, longestLeaseMs }: PoisonRule): Promise<StoreReply<Reaped>> {
    return this.#try(() => {
      const now = this.#clock.wallTime();
      if (longestLeaseMs !== undefined) {
        const latest = now + longestLeaseMs;
        this.#run('UPDATE leases SET ends_at = ? WHERE ends_at > ?', latest, latest);
      }
      this.#run('DELETE FROM leases WHERE ends_at <= ?', now);
      const orphans = 'batch IS NOT NULL AND batch NOT IN (SELECT batch FROM leases)';
      const count = `INSERT INTO attempts SELECT position, 1 FROM entries WHERE ${orphans}
        ON CONFLICT (position) DO UPDATE SET count = count + 1`;
      this.#run(count);
      const worn = this.#rows(
        `SELECT position, entry FROM entries JOIN attempts USING (position)
         WHERE ${orphans} AND count >= ? ORDER BY position`,
        maxAttempts,
      );
      for (const row of worn) this.#bury(row, reason, 0);
      return { returned: this.#run(`UPDATE entries SET batch = NULL WHERE ${orphans}`), dead: worn.length };
    });
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#try(() => {
      const row = this.#database
        .get(`WITH out AS (SELECT count(*) AS claimed FROM entries WHERE batch IS NOT NULL)
        SELECT entries - claimed AS waiting, claimed, (SELECT count(*) FROM dead_letters) AS dead FROM size, out`);
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
    return this.#takeLetters(which, (entry) => {
      const parked = `{"parkedAt":${this.#clock.wallTime()},`;
      this.#entries.append(entry.replace(/^\{"parkedAt":\d+,/, parked));
      this.#order.add(orderKeyOf?.(entry));
    });
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#takeLetters(which, () => {});
  }

  /** Removes letters in transactions of bounded work, between which the event loop goes on. */
  async #takeLetters(which: WhichLetters, use: (entry: string) => void): Promise<StoreReply<number>> {
    const ids = await this.#try(() => (which === 'all' ? this.#dead.ids() : which));
    if (ids.kind !== 'done') return ids;
    let count = 0;
    for (let left = ids.value; left.length > 0; await nextTurn()) {
      const reply = await this.#try(() => {
        const taken = this.#dead.take(left);
        for (const entry of taken.entries) use(entry);
        return taken;
      });
      if (reply.kind === 'failed') return { ...reply, doneBefore: count };
      if (reply.kind !== 'done') return reply;
      count += reply.value.entries.length;
      left = reply.value.rest;
    }
    return { kind: 'done', value: count };
  }

  #apply(verdict: Settlement, row: Row): void {
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

/** The next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
