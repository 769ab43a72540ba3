import type { Board } from '../../ports/board.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Database } from '../database.ts';
import { attempt } from './embedded-attempt.ts';
import { EmbeddedMarks } from './embedded-marks.ts';

/** The board in a SQLite file. */
export class EmbeddedBoard implements Board {
  readonly #database: Database;
  readonly #marks: EmbeddedMarks;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#marks = new EmbeddedMarks(database, clock);
  }

  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>> {
    return attempt(this.#database, () => names.map((name) => this.#marks.get(`board:${name}`)));
  }

  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => this.#marks.set(`board:${name}`, text, ttlMs));
  }

  prolong(name: string, ttlMs: number): Promise<StoreReply<void>> {
    return attempt(this.#database, () => {
      const text = this.#marks.get(`board:${name}`);
      if (text !== undefined) this.#marks.set(`board:${name}`, text, ttlMs);
    });
  }

  remove(name: string): Promise<StoreReply<void>> {
    return attempt(this.#database, () => this.#marks.delete(`board:${name}`));
  }
}
