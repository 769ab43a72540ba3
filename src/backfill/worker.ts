import { errorMessage } from '../common/error-message.ts';
import { pause } from '../ports/clock.ts';
import { drainBatch, type Drained, type DrainDeps } from './drain.ts';
import { FailingTopics } from './failing-topics.ts';
import { Pace } from './pace.ts';
import { POISON_RULE } from './poison.ts';

export interface WorkerDeps extends DrainDeps {
  /** Whether the Kafka circuit is closed: nothing is claimed before that. */
  mayPublish: () => boolean;
  /** How many messages clients have sent so far: live messages go before the backlog. */
  liveCount: () => number;
}

const IDLE_MS = 500;
/** How often expired leases are reaped. */
const REAP_EVERY_MS = 2000;
/** Longer than any turn takes: a batch is published and settled within its lease, which is renewed. */
const STUCK_MS = 60_000;

/** The backfill loop: drains the fallback list batch by batch, for as long as the Kafka circuit is closed. */
export class BackfillWorker {
  readonly #deps: WorkerDeps;
  readonly #pace: Pace;
  readonly #topics: FailingTopics;
  readonly #stopping = new AbortController();
  readonly #turns = new Set<Promise<Drained>>();
  #running: Promise<void> | undefined;
  #nextReap = 0;
  #turnedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: WorkerDeps) {
    this.#pace = new Pace(deps.publisher, deps.clock);
    this.#topics = new FailingTopics(deps);
    this.#deps = { ...deps, publisher: this.#pace };
  }

  /** Whether the loop goes round: it has begun a turn lately. */
  get isTurning(): boolean {
    return this.#deps.clock.now() - this.#turnedAt < STUCK_MS;
  }

  start(): void {
    if (this.#running) return;
    this.#deps.log.info('Backfill worker started');
    this.#running = this.#loop();
  }

  /** Finishes the batch in hand, within its lease at the longest, and starts no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#turns);
    if (!this.#running) return;
    await this.#running;
    this.#deps.log.info('Backfill worker stopped');
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if ((await this.turn()) === 'pause') await pause(this.#deps.clock, IDLE_MS, this.#stopping.signal);
    }
  }

  /** One turn of the loop, reap and batch, for runtimes without a loop. Does nothing once stopped. Never throws. */
  async turn(): Promise<Drained> {
    if (this.#stopping.signal.aborted) return 'pause';
    this.#turnedAt = this.#deps.clock.now();
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
    // Under live traffic the backlog takes half of the time and no more.
    if (drained !== 'pause' && liveCount() > liveBefore)
      await pause(clock, clock.now() - began, this.#stopping.signal);
    return drained;
  }

  async #drainIfPossible(): Promise<Drained> {
    if (this.#deps.mayPublish()) return this.#topics.isResting ? 'pause' : this.#drain();
    this.#pace.startAnew();
    this.#topics.startAnew();
    return 'pause';
  }

  async #drain(): Promise<Drained> {
    try {
      return await drainBatch(this.#deps, this.#stopping.signal, this.#pace.size, this.#topics);
    } catch (error) {
      // A bug in this program: the lease brings the entries back, and the loop must go on.
      const reason = errorMessage(error);
      this.#deps.log.error('Backfill stumbled over a batch', { reason });
      return 'pause';
    }
  }

  /** Every worker reaps, with jitter, so that a dead worker's entries always find another one. */
  async #reap(): Promise<void> {
    const { list, clock, log } = this.#deps;
    if (clock.now() < this.#nextReap) return;
    this.#nextReap = clock.now() + REAP_EVERY_MS * (0.75 + Math.random() / 2);
    const reply = await list.reap(POISON_RULE);
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
}
