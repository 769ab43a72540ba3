import { type Clock, pause } from '../../src/ports/clock.ts';

export interface SwarmDeps {
  readonly clock: Clock;
  readonly users: number;
  /** Users that begin in a second. */
  readonly spawnRate: number;
  /** One message of a user, from the request to its answer; must not throw. */
  post: () => Promise<void>;
}

/** What a user does between an answer and the next message, in milliseconds. */
const LEAST_WAIT_MS = 100;
const MOST_WAIT_MS = 500;
/** The longest that a stop waits for the one who spawns. */
const MAX_SPAWN_WAIT_MS = 500;

/** Users that post one message after another, each as soon as it has its answer and waited a little. */
export class Swarm {
  readonly #deps: SwarmDeps;
  readonly #users: Promise<void>[] = [];
  readonly #spawning: Promise<void>;
  #stopping = false;

  constructor(deps: SwarmDeps) {
    this.#deps = deps;
    this.#spawning = this.#spawn();
  }

  /** Users so far. */
  get size(): number {
    return this.#users.length;
  }

  /** Begins no message any more, and waits for the answers to those that are on their way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#spawning;
    await Promise.all(this.#users);
  }

  async #spawn(): Promise<void> {
    const { clock, users, spawnRate } = this.#deps;
    const began = clock.now();
    while (!this.#stopping && this.size < users) {
      const due = Math.min(users, 1 + Math.floor(((clock.now() - began) / 1000) * spawnRate));
      while (this.size < due) this.#users.push(this.#live());
      await pause(clock, Math.min(1000 / spawnRate, MAX_SPAWN_WAIT_MS));
    }
  }

  async #live(): Promise<void> {
    const { clock, post } = this.#deps;
    while (!this.#stopping) {
      await post();
      await pause(clock, LEAST_WAIT_MS + Math.random() * (MOST_WAIT_MS - LEAST_WAIT_MS));
    }
  }
}
