import type { Circuit } from '../breakers/circuit.ts';
import type { CircuitChange } from '../breakers/circuit-types.ts';
import type { Board } from '../ports/board.ts';
import type { Clock } from '../ports/clock.ts';

export interface SharedOutageDeps {
  readonly circuit: Pick<Circuit, 'state' | 'mode' | 'openOnNews' | 'tryNow'>;
  readonly board: Board;
  readonly clock: Clock;
  /** How long an outage stands on the board without a word of anyone; 30 s where it is left out. */
  readonly ttlMs?: number | undefined;
}

/** Processes that have timers look, and prolong, several times meanwhile. */
const TTL_MS = 30_000;
/** Prolonged at the first look after so long. */
const PROLONG_EVERY_MS = 6000;
/** Who has told of an outage is not believed again so soon: it may be the only one that is in it. */
const QUIET_MS = 600_000;

/**
 * One outage of Kafka for all processes: the first that sees it tells the others, who open without
 * a failed call of their own; and when a trial of one has succeeded, the others try at once.
 *
 * A process that can't reach Kafka when the others can stays out alone: an outage that has ended is
 * never told again by who was in it, and never believed again by who has ended it; and who has told
 * of one keeps quiet for ten minutes. If Kafka is really gone, another one tells.
 */
export class SharedOutage {
  /** The name of its text on the board. */
  readonly name = 'outage:kafka';
  readonly #deps: SharedOutageDeps;
  /** The outage that this process is in, and others know of. */
  #known: string | undefined;
  /** The outage that this process has ended. */
  #ended: string | undefined;
  /** It was put there, or seen there: when it is gone, someone has ended it. */
  #isOnBoard = false;
  /** The others are out of the outage in which this process still is. */
  #isAlone = false;
  #prolongAt = 0;
  #quietUntil = 0;

  constructor(deps: SharedOutageDeps) {
    this.#deps = deps;
  }

  /** Hears of every change of the circuit. */
  changed({ state, by }: Pick<CircuitChange, 'state' | 'by'>): void {
    const { circuit, board } = this.#deps;
    if (circuit.mode !== 'auto') return;
    switch (state) {
      case 'open':
        // Given back by an operator it is open until its trial, which says more than that.
        if (by === 'calls' && this.#known === undefined && this.#mayTell()) this.#tell(crypto.randomUUID());
        return;
      case 'closed':
        if (this.#known !== undefined) void board.remove(this.name);
        this.#ended = this.#known ?? this.#ended;
        this.#known = undefined;
        this.#isAlone = false;
        return;
      case 'half-open':
    }
  }

  /** Hears what stands on the board. */
  learn(outage: string | undefined): void {
    const { circuit } = this.#deps;
    if (circuit.mode !== 'auto') return;
    if (circuit.state === 'closed') {
      if (outage === undefined || outage === this.#ended) return;
      this.#follow(outage);
      circuit.openOnNews('Another process found it unavailable');
    } else this.#compare(outage);
  }

  #compare(outage: string | undefined): void {
    const { circuit } = this.#deps;
    if (outage !== undefined) {
      // Two that told of it at the same time agree on the later word.
      this.#follow(outage);
      this.#prolong();
    } else if (this.#known === undefined) return;
    else if (this.#isOnBoard) {
      this.#known = undefined;
      this.#isAlone = true;
      circuit.tryNow();
    } else this.#tell(this.#known);
  }

  #prolong(): void {
    const { board, clock, ttlMs = TTL_MS } = this.#deps;
    if (clock.now() < this.#prolongAt) return;
    this.#prolongAt = clock.now() + PROLONG_EVERY_MS;
    void board.prolong(this.name, ttlMs);
  }

  #mayTell(): boolean {
    const now = this.#deps.clock.now();
    if (this.#isAlone || now < this.#quietUntil) return false;
    this.#quietUntil = now + QUIET_MS;
    return true;
  }

  #follow(outage: string): void {
    this.#known = outage;
    this.#isOnBoard = true;
  }

  #tell(outage: string): void {
    this.#known = outage;
    this.#isOnBoard = false;
    void this.#post(outage);
  }

  async #post(outage: string): Promise<void> {
    const { board, ttlMs = TTL_MS } = this.#deps;
    const reply = await board.post(this.name, outage, ttlMs);
    if (reply.kind === 'done' && this.#known === outage) this.#isOnBoard = true;
  }
}
