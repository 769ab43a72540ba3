import type { Clock } from '../../ports/clock.ts';
import type { Admission, Ask, Gate, Hold } from '../../ports/gate.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Database } from '../database.ts';
import { attempt } from './embedded-attempt.ts';
import { EmbeddedMarks } from './embedded-marks.ts';
import { judgeMark, toMark } from './mark.ts';
import { intervalUs, toQuota } from './quota.ts';

/** The gate in a SQLite file. It keeps to what the scripts of Redis do. */
export class EmbeddedGate implements Gate {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #marks: EmbeddedMarks;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#marks = new EmbeddedMarks(database, clock);
  }

  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    return attempt(this.#database, () => asks.map((ask) => this.#ask(ask)));
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      for (const { id, nonce } of holds) {
        if (this.#marks.get(`message:${id}`) === toMark(nonce)) this.#marks.delete(`message:${id}`);
      }
    });
  }

  #ask({ limit, hold }: Ask): Admission {
    const admission: Admission = limit ? this.#limit(limit) : { kind: 'admitted' };
    if (!hold || admission.kind === 'limited') return admission;
    const found = this.#marks.get(`message:${hold.id}`);
    const mark = toMark(hold.nonce);
    if (found !== undefined && found !== mark) return { ...judgeMark(found), quota: admission.quota };
    this.#marks.set(`message:${hold.id}`, mark, hold.ms);
    return admission;
  }

  #limit(limit: NonNullable<Ask['limit']>): Admission {
    const name = `limit:${limit.client}`;
    const now = this.#clock.wallTime() * 1000;
    const interval = intervalUs(limit);
    const ahead = Math.max(0, Number(this.#marks.get(name) ?? 0) - now) + interval;
    const isAllowed = ahead <= interval * limit.max;
    if (isAllowed) this.#marks.set(name, String(now + ahead), ahead / 1000);
    return toQuota(limit, isAllowed ? ahead : -ahead);
  }
}
