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
  #lookedAt: number | undefined;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
  }

  /** Looks for the first time, so that a process that starts in an outage begins open; then goes on. */
  async start(): Promise<void> {
    if (this.#cancel) return;
    this.#cancel = () => {};
    await this.#goOn();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whether there is to be a look, for those who have no timers: `first` before anything else is done. */
  get needsLook(): 'first' | 'again' | 'no' {
    if (this.#lookedAt === undefined) return 'first';
    return this.#deps.clock.now() - this.#lookedAt < this.#everyMs ? 'no' : 'again';
  }

  /** Looks once. Never throws. */
  async look(): Promise<void> {
    const { clock, log } = this.#deps;
    if (this.#lookedAt !== undefined) this.#lookedAt = clock.now();
    try {
      await this.#hear();
    } catch (error) {
      // A fault of this program. Whatever it is, the next look may go well.
      const reason = error instanceof Error ? error.message : 'unknown';
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
