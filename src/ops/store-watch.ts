import type { Clock } from '../ports/clock.ts';
import type { Durability } from '../ports/durability.ts';
import type { Bounds } from '../ports/fallback-list.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

export interface StoreWatchDeps {
  /** Behind its circuit, which hears of a store that is gone although nobody parks. */
  readonly store: Store;
  readonly bounds: Bounds;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS = 5000;
const ASK_EVERY_MS = 60_000;

/** Looks at the store every few seconds: whether it is there, has room, and keeps what it is given. */
export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  #durability: Durability = { status: 'unknown', warnings: [] };
  #isFull = false;
  #nextAsk = 0;
  #nextLook = 0;
  #told: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
  }

  /** What the store said last; unknown until it has said something. */
  get durability(): Durability {
    return this.#durability;
  }

  /** Whether the last look is a few seconds old, or there was none. */
  get isStale(): boolean {
    return this.#deps.clock.now() >= this.#nextLook;
  }

  /** Whether the list had no room left a few seconds ago. */
  get isFull(): boolean {
    return this.#isFull;
  }

  start(): void {
    if (this.#cancel) return;
    this.#nextAsk = this.#deps.clock.now();
    this.#cancel = () => {};
    void this.#goOn();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { store, bounds, clock } = this.#deps;
    this.#nextLook = clock.now() + LOOK_EVERY_MS;
    await store.probe();
    if (bounds.maxLength !== undefined || bounds.maxBytes !== undefined) {
      const room = await store.list.park([], bounds);
      if (room.kind === 'done') this.#isFull = room.value === 'full';
    }
    if (clock.now() >= this.#nextAsk) await this.#askDurability();
  }

  async #goOn(): Promise<void> {
    await this.look();
    if (this.#cancel) this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => void this.#goOn());
  }

  async #askDurability(): Promise<void> {
    const reply = await this.#deps.store.durability();
    // Where it is away, it is asked at the next look.
    if (reply.kind !== 'done') return;
    this.#nextAsk = this.#deps.clock.now() + ASK_EVERY_MS;
    this.#durability = reply.value;
    this.#tell(reply.value);
  }

  /** Once for each change, not each minute. */
  #tell({ status, warnings }: Durability): void {
    const { log } = this.#deps;
    const now = [status, ...warnings].join('\n');
    const before = this.#told;
    this.#told = now;
    if (now === before) return;
    for (const warning of warnings) log.warning(`The fallback list is at risk - ${warning}`);
    if (status === 'unknown') log.info('Redis does not tell how durable the fallback list is');
    if (status === 'durable' && before !== undefined) log.info('The fallback list is durable again');
  }
}
