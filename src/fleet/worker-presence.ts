import type { Clock } from '../ports/clock.ts';
import type { SharedState } from '../ports/shared-state.ts';

/** Whether a backfill worker runs, in this process or in another. `unknown`: not yet, or the store is away. */
export type WorkerPresence = 'running' | 'missing' | 'unknown';

export interface WorkerPresenceDeps {
  readonly sharedState: Pick<SharedState, 'post'>;
  readonly clock: Clock;
  /** Whether this process drains by itself, so that no other has to. */
  readonly isInline: boolean;
  /** Whether the loop of this process's worker goes round. */
  isTurning: () => boolean;
}

const BEAT_EVERY_MS = 10_000;
/** Time to live of a heartbeat: longer than a restart of the worker takes. */
const TTL_MS = 30_000;

/** Name of the text in the shared state. All workers share it: what counts is that there is one. */
export const WORKER_BEAT = 'worker:backfill';

/**
 * Heartbeat of the backfill workers in the shared state. Each worker renews it for as long as its loop goes
 * round, and every process reads it. A worker that stops leaves it to expire, as others may be there.
 */
export class WorkerPresenceBoard {
  readonly #deps: WorkerPresenceDeps;
  #presence: WorkerPresence = 'unknown';
  #missingSince: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(deps: WorkerPresenceDeps) {
    this.#deps = deps;
  }

  get presence(): WorkerPresence {
    return this.#deps.isInline ? 'running' : this.#presence;
  }

  /** Starts the heartbeat of this process's worker. */
  start(): void {
    if (this.#cancel) return;
    this.#cancel = () => {};
    void this.#beat();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Merges the heartbeat of the shared state; undefined where there is none. */
  learn(beat: string | undefined): void {
    const now = this.#deps.clock.now();
    this.#missingSince = beat === undefined ? (this.#missingSince ?? now) : undefined;
    if (this.#missingSince === undefined) this.#presence = 'running';
    // Processes that start together need not find each other at once.
    else if (this.#presence === 'running' || now - this.#missingSince >= TTL_MS) this.#presence = 'missing';
  }

  /** The shared state could not be read. */
  loseSight(): void {
    this.#presence = 'unknown';
    this.#missingSince = undefined;
  }

  async #beat(): Promise<void> {
    const { sharedState, clock, isTurning } = this.#deps;
    if (isTurning()) await sharedState.post(WORKER_BEAT, 'running', TTL_MS);
    if (this.#cancel) this.#cancel = clock.after(BEAT_EVERY_MS, () => void this.#beat());
  }
}
