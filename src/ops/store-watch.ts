import type { WorkerPresence } from '../fleet/worker-presence.ts';
import type { Clock } from '../ports/clock.ts';
import type { Durability } from '../ports/durability.ts';
import type { Bounds } from '../ports/fallback-list.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

export interface StoreWatchDeps {
  /** The store behind its circuit, which thus notices an outage without traffic. */
  readonly store: Store;
  readonly bounds: Bounds;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a backfill worker runs. */
  workerPresence: () => WorkerPresence;
}

const LOOK_EVERY_MS = 5000;
const ASK_EVERY_MS = 60_000;

const UNDRAINED =
  'Messages wait in the fallback list and no backfill worker runs: start one (spillway backfill), or set BACKFILL=inline';

/** Periodic health check of the store: whether it answers, has room, is drained, and is durable. */
export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  #durability: Durability = { status: 'unknown', warnings: [] };
  #isFull = false;
  #undrained: number | undefined;
  #nextAsk = 0;
  #nextLook = 0;
  #told: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
  }

  /** The last known durability; unknown before the first answer. */
  get durability(): Durability {
    return this.#durability;
  }

  /** Whether a check is due, for runtimes without timers. */
  get isStale(): boolean {
    return this.#deps.clock.now() >= this.#nextLook;
  }

  /** Whether the list was full at the last check. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Messages that wait with no worker to drain them; undefined if there are none. */
  get undrained(): number | undefined {
    return this.#undrained;
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

  /** Checks once. */
  async look(): Promise<void> {
    const { store, bounds, clock } = this.#deps;
    this.#nextLook = clock.now() + LOOK_EVERY_MS;
    await store.probe();
    if (bounds.maxLength !== undefined || bounds.maxBytes !== undefined) {
      const room = await store.list.park([], bounds);
      if (room.kind === 'done') this.#isFull = room.value === 'full';
    }
    await this.#countUndrained();
    if (clock.now() >= this.#nextAsk) await this.#askDurability();
  }

  async #countUndrained(): Promise<void> {
    const { store, log, workerPresence } = this.#deps;
    const before = this.#undrained;
    if (workerPresence() !== 'missing') {
      this.#undrained = undefined;
      if (before !== undefined && workerPresence() === 'running') log.info('A backfill worker runs again');
      return;
    }
    const backlog = await store.list.backlog();
    if (backlog.kind !== 'done') return;
    this.#undrained = backlog.value.waiting || undefined;
    if (before === undefined && this.#undrained !== undefined)
      log.warning(UNDRAINED, { entries: this.#undrained });
  }

  async #goOn(): Promise<void> {
    await this.look();
    if (this.#cancel) this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => void this.#goOn());
  }

  async #askDurability(): Promise<void> {
    const reply = await this.#deps.store.durability();
    // Without an answer it is asked at the next check.
    if (reply.kind !== 'done') return;
    this.#nextAsk = this.#deps.clock.now() + ASK_EVERY_MS;
    this.#durability = reply.value;
    this.#tell(reply.value);
  }

  /** Logs changes only. */
  #tell({ status, warnings }: Durability): void {
    const { log } = this.#deps;
    const now = [status, ...warnings].join('\n');
    const before = this.#told;
    this.#told = now;
    if (now === before) return;
    for (const warning of warnings) log.warning(`The fallback list is at risk - ${warning}`);
    if (status === 'unknown') log.info('Redis does not report how durable the fallback list is');
    if (status === 'durable' && before !== undefined) log.info('The fallback list is durable again');
  }
}
