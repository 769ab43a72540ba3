import type { Clock } from '../../../ports/clock.ts';
import type { Admission, Ask, Gate, Hold } from '../../../ports/gate.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Database } from '../../database.ts';
import { attempt } from './attempt.ts';
import { ExpiringValues } from './expiring-values.ts';
import { judgeIdRecord, toIdRecord, toReceipt } from '../id-record.ts';
import { intervalUs, toQuota } from '../quota.ts';

/** Admission gate in SQLite: GCRA rate limit and idempotency holds, with the semantics of the Redis scripts. */
export class SqliteGate implements Gate {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #values: ExpiringValues;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#values = new ExpiringValues(database, clock);
  }

  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    return attempt(this.#database, () => asks.map((ask) => this.#ask(ask)));
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      for (const { id, nonce } of holds) {
        if (this.#values.get(`message:${id}`) === toIdRecord(nonce)) this.#values.delete(`message:${id}`);
      }
    });
  }

  #ask({ limit, hold }: Ask): Admission {
    const admission: Admission = limit ? this.#limit(limit) : { kind: 'admitted' };
    if (!hold || admission.kind === 'limited') return admission;
    const found = this.#values.get(`message:${hold.id}`);
    const record = toIdRecord(hold.nonce);
    if (found !== undefined && found !== record) {
      if (!toReceipt(found)) this.#values.cutDown(`message:${hold.id}`, hold.ms);
      return { ...judgeIdRecord(found), quota: admission.quota };
    }
    this.#values.set(`message:${hold.id}`, record, hold.ms);
    return admission;
  }

  #limit(limit: NonNullable<Ask['limit']>): Admission {
    const name = `limit:${limit.client}`;
    const now = this.#clock.wallTime() * 1000;
    const interval = intervalUs(limit);
    const used = Math.max(0, Number(this.#values.get(name) ?? 0) - now);
    // More than the burst is used only after the clock was set back.
    const bounded = Math.min(used, interval * limit.max);
    const ahead = bounded + interval;
    const isAllowed = ahead <= interval * limit.max;
    const kept = isAllowed ? ahead : bounded;
    if (kept !== used) this.#values.set(name, String(now + kept), kept / 1000);
    return toQuota(limit, isAllowed ? ahead : -ahead);
  }
}
