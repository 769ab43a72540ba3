import { errorMessage } from '../common/error-message.ts';
import type { SharedState } from '../ports/shared-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OperatorModes } from './operator-modes.ts';
import type { SharedOutage } from './shared-outage.ts';
import { WORKER_BEAT, type WorkerPresenceBoard } from './worker-presence.ts';

export interface FleetDeps {
  readonly sharedState: SharedState;
  readonly clock: Clock;
  readonly log: Log;
  readonly modes: OperatorModes;
  readonly workers: Pick<WorkerPresenceBoard, 'learn' | 'loseSight'>;
  /** Undefined without `CIRCUIT_SHARING`: each process detects an outage on its own. */
  readonly outage: SharedOutage | undefined;
}

/** Polling intervals. An outage has to be known everywhere within about a second; an override can wait. */
const LOOK_EVERY_MS = { outage: 750, modes: 5000 };

/** Polling of the shared state: outages that other processes report, operators' overrides, and the workers. */
export class Fleet {
  readonly #deps: FleetDeps;
  #cancel: (() => void) | undefined;
  #lookedAt: number | undefined;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
  }

  /** Polls once, so that a process that starts during an outage starts open, and then at intervals. */
  async start(): Promise<void> {
    if (this.#cancel) return;
    this.#cancel = () => {};
    await this.#goOn();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whether a poll is due, for runtimes without timers. `first`: before any request is served. */
  get needsLook(): 'first' | 'again' | 'no' {
    if (this.#lookedAt === undefined) return 'first';
    return this.#deps.clock.now() - this.#lookedAt < this.#everyMs ? 'no' : 'again';
  }

  /** Polls once. Never throws. */
  async look(): Promise<void> {
    const { clock, log } = this.#deps;
    if (this.#lookedAt !== undefined) this.#lookedAt = clock.now();
    try {
      await this.#hear();
    } catch (error) {
      // A defect of this program. The next poll may succeed.
      const reason = errorMessage(error);
      log.error('What stands on the board could not be understood', { reason });
    }
    this.#lookedAt = clock.now();
  }

  get #everyMs(): number {
    return this.#deps.outage ? LOOK_EVERY_MS.outage : LOOK_EVERY_MS.modes;
  }

  async #goOn(): Promise<void> {
    await this.look();
    if (!this.#cancel) return;
    this.#cancel = this.#deps.clock.after(this.#everyMs, () => void this.#goOn());
  }

  async #hear(): Promise<void> {
    const { sharedState, modes, workers, outage } = this.#deps;
    const names = [...modes.names, WORKER_BEAT, ...(outage ? [outage.name] : [])];
    const { version } = modes;
    const reply = await sharedState.read(names);
    if (reply.kind !== 'done') {
      // While the store is unavailable every process keeps what it knows of orders and outages.
      workers.loseSight();
      return;
    }
    const [beat, report] = reply.value.slice(modes.names.length);
    if (version === modes.version) await modes.learn(reply.value.slice(0, modes.names.length));
    workers.learn(beat);
    outage?.learn(report);
  }
}
