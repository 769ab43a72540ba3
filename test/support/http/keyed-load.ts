import { Random } from '../fakes/seeded-random.ts';
import type { Spillway } from '../process/spillway.ts';

const LONGEST_PAUSE_MS = 60;
const RETRY_MS = 20;

export interface KeyedLoadSettings {
  readonly services: readonly Spillway[];
  readonly keys: readonly string[];
  readonly seed: number;
}

/**
 * A client for each key, which sends its messages one after another, each to any of the services and
 * again, with the same id, until it is accepted.
 */
export class KeyedLoad {
  /** By key: the ids that were accepted, in the order in which they were sent. */
  readonly accepted = new Map<string, string[]>();
  queued = 0;
  retries = 0;
  readonly #services: readonly Spillway[];
  readonly #clients: Promise<void>[];
  #stopping = false;
  #abandoned = false;

  constructor({ services, keys, seed }: KeyedLoadSettings) {
    this.#services = services;
    this.#clients = keys.map((key, index) => this.#run(key, new Random(seed + index)));
  }

  get count(): number {
    return [...this.accepted.values()].reduce((sum, ids) => sum + ids.length, 0);
  }

  get published(): number {
    return this.count - this.queued;
  }

  /** Every client sends what it has in hand until it is accepted, and nothing more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#clients);
  }

  /** Ends the load, whether or not what its clients have in hand was accepted. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.stop();
  }

  async #run(key: string, random: Random): Promise<void> {
    const ids: string[] = [];
    this.accepted.set(key, ids);
    while (!this.#stopping) {
      const id = `${key}-${ids.length}`;
      while (!(await this.#send(id, key, random.pick(this.#services)))) {
        if (this.#abandoned) return;
        this.retries++;
        await Bun.sleep(RETRY_MS);
      }
      ids.push(id);
      await Bun.sleep(random.below(LONGEST_PAUSE_MS));
    }
  }

  async #send(id: string, key: string, { post }: Spillway): Promise<boolean> {
    try {
      const response = await post({ id, key, value: id });
      await response.body?.cancel();
      if (response.status === 202 && response.headers.has('X-Fallback-Mode')) this.queued++;
      return response.status === 202;
    } catch {
      return false;
    }
  }
}
