import { drainBatch, type Drained, type DrainDeps } from './drain.ts';
import { Pace } from './pace.ts';

export interface WorkerDeps extends DrainDeps {
  /** Whether Kafka is there, as far as is known: nothing is claimed before that. */
  mayPublish: () => boolean;
  /** How many messages clients have handed in so far: they go first. */
  liveCount: () => number;
}

const IDLE_MS = 500;
/** How often entries of dead workers are looked for. */
const REAP_EVERY_MS = 2000;

/** Drains the fallback list, batch after batch, for as long as Kafka takes what it publishes. */
export class BackfillWorker {
  readonly #deps: WorkerDeps;
  readonly #pace: Pace;
  readonly #stopping = new AbortController();
  readonly #turns = new Set<Promise<Drained>>();
  #running: Promise<void> | undefined;
  #nextReap = 0;

  constructor(deps: WorkerDeps) {
    this.#pace = new Pace(deps.publisher, deps.clock);
    this.#deps = { ...deps, publisher: this.#pace };
  }

  start(): void {
    if (this.#running) return;
    this.#deps.log.info('Backfill worker started');
    this.#running = this.#loop();
  }

  /** Ends the batch in hand, which takes no longer than its lease, and starts no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#turns);
    if (!this.#running) return;
    await this.#running;
    this.#deps.log.info('Backfill worker stopped');
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if ((await this.turn()) === 'pause') await this.#pause(IDLE_MS);
    }
  }

  /** One batch, and what belongs to it: for those who have no loop. Nothing once it is stopped. Never throws. */
  async turn(): Promise<Drained> {
    if (this.#stopping.signal.aborted) return 'pause';
    const turn = this.#turn();
    this.#turns.add(turn);
    try {
      return await turn;
    } finally {
      this.#turns.delete(turn);
    }
  }

  async #turn(): Promise<Drained> {
    await this.#reap();
    const { clock, liveCount } = this.#deps;
    const [began, liveBefore] = [clock.now(), liveCount()];
    const drained = await this.#drainIfPossible();
    // Where clients wait, the backlog takes half of the time and no more.
    if (drained === 'progress' && liveCount() > liveBefore) await this.#pause(clock.now() - began);
    return drained;
  }

  async #drainIfPossible(): Promise<Drained> {
    if (this.#deps.mayPublish()) return this.#drain();
    this.#pace.startAnew();
    return 'pause';
  }

  async #drain(): Promise<Drained> {
    try {
      return await drainBatch(this.#deps, this.#stopping.signal, this.#pace.size);
    } catch (error) {
      // A fault of this program. The lease brings the entries back; the loop must go on.
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#deps.log.error('Backfill stumbled over a batch', { reason });
      return 'pause';
    }
  }

  /** By everyone, at slightly different times, so that a dead worker's entries are never orphans. */
  async #reap(): Promise<void> {
    const { list, clock, log } = this.#deps;
    if (clock.now() < this.#nextReap) return;
    this.#nextReap = clock.now() + REAP_EVERY_MS * (0.75 + Math.random() / 2);
    const reply = await list.reap();
    if (reply.kind !== 'done') return;
    const { returned, dead } = reply.value;
    if (returned > 0) {
      log.warning('A worker went away with a batch: its entries are back in the list', { entries: returned });
    }
    if (dead > 0) {
      log.error('Workers died again and again with the same messages: kept as dead letters', {
        entries: dead,
      });
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.#deps.clock.after(ms, wake);
      signal.addEventListener('abort', wake);
    });
  }
}
