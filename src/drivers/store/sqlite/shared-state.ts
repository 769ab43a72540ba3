import type { SharedState } from '../../../ports/shared-state.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Database } from '../../database.ts';
import { attempt } from './attempt.ts';
import { ExpiringValues } from './expiring-values.ts';

/** Shared state in SQLite, a row with expiry for each text. */
export class SqliteSharedState implements SharedState {
  readonly #database: Database;
  readonly #values: ExpiringValues;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#values = new ExpiringValues(database, clock);
  }

  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>> {
    return attempt(this.#database, () => names.map((name) => this.#values.get(`board:${name}`)));
  }

  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => this.#values.set(`board:${name}`, text, ttlMs));
  }

  prolong(name: string, ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      const text = this.#values.get(`board:${name}`);
      if (text !== undefined) this.#values.set(`board:${name}`, text, ttlMs);
    });
  }

  remove(name: string): Promise<StoreReply<void>> {
    return attempt(this.#database, () => this.#values.delete(`board:${name}`));
  }
}
