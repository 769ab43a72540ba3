import type { Board } from '../ports/board.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OperatorModes } from './operator-modes.ts';
import type { SharedOutage } from './shared-outage.ts';

export interface FleetDeps {
  readonly board: Board;
  readonly clock: Clock;
  readonly log: Log;
  readonly modes: OperatorModes;
  /** Undefined: each process finds out by itself whether Kafka is there. */
  readonly outage: SharedOutage | undefined;
}

/** News of an outage has to be everywhere within a second or so; an operator can wait a little. */
const LOOK_EVERY_MS = { outage: 750, modes: 5000 };

/** Looks at the board again and again, for what other processes and operators have to tell. */
export class Fleet {
  readonly #deps: FleetDeps;
  #cancel: (() => void) | undefined;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
  }

  /** Looks for the first time, so that a process that starts in an outage begins open; then goes on. */
  async start(): Promise<void> {
    if (this.#cancel) return;
    this.#cancel = () => {};
    await this.#look();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #look(): Promise<void> {
    const { clock, log, outage } = this.#deps;
    try {
      await this.#hear();
    } catch (error) {
      // A fault of this program. Whatever it is, the next look may go well.
      const reason = error instanceof Error ? error.message : 'unknown';
      log.error('What stands on the board could not be understood', { reason });
    }
    if (!this.#cancel) return;
    this.#cancel = clock.after(outage ? LOOK_EVERY_MS.outage : LOOK_EVERY_MS.modes, () => void this.#look());
  }

  async #hear(): Promise<void> {
    const { board, modes, outage } = this.#deps;
    const names = outage ? [...modes.names, outage.name] : modes.names;
    const { version } = modes;
    const reply = await board.read(names);
    // While the store is away everyone goes by what they know.
    if (reply.kind !== 'done') return;
    if (version === modes.version) await modes.learn(reply.value.slice(0, modes.names.length));
    outage?.learn(reply.value[modes.names.length]);
  }
}
