import type { Circuit } from '../breakers/circuit.ts';
import type { CircuitChange } from '../breakers/circuit-types.ts';
import type { SharedState } from '../ports/shared-state.ts';
import type { Clock } from '../ports/clock.ts';

export interface SharedOutageDeps {
  readonly circuit: Pick<Circuit, 'state' | 'mode' | 'openOnNews' | 'tryNow'>;
  readonly sharedState: SharedState;
  readonly clock: Clock;
  /** Time to live of a report without a renewal, in milliseconds; 30,000 by default. */
  readonly ttlMs?: number | undefined;
}

/** Long enough for several polls, which renew it. */
const TTL_MS = 30_000;
/** Renewal interval, checked at each poll. */
const PROLONG_EVERY_MS = 6000;
/** Damping: a process that reported an outage reports no other so soon, as it may be the only one affected. */
const QUIET_MS = 600_000;

/**
 * Outage flag for all processes, in the shared state. The first process to see a Kafka outage reports it, and
 * the others open without a failed call of their own. After one process's trial has succeeded, the others try
 * at once.
 *
 * A process that alone cannot reach Kafka must not disturb the others: it never reports an outage again that
 * others have ended, no process believes a report that it has ended itself, and a process that has reported
 * one keeps quiet for ten minutes. If Kafka is really gone, another process reports it.
 */
export class SharedOutage {
  /** Name of the text in the shared state. */
  readonly name = 'outage:kafka';
  readonly #deps: SharedOutageDeps;
  /** Id of the outage that this process is in, and that others know of. */
  #known: string | undefined;
  /** Id of the outage that this process has ended. */
  #ended: string | undefined;
  /** The report has been written, or read, here: if it is gone, another process has ended the outage. */
  #isOnBoard = false;
  /** The others have ended the outage in which this process still is. */
  #isAlone = false;
  #prolongAt = 0;
  #quietUntil = 0;

  constructor(deps: SharedOutageDeps) {
    this.#deps = deps;
  }

  /** Follows the state of the circuit. */
  changed({ state, by }: Pick<CircuitChange, 'state' | 'by'>): void {
    const { circuit, sharedState } = this.#deps;
    if (circuit.mode !== 'auto') return;
    switch (state) {
      case 'open':
        // An operator who ends an override leaves it open until its trial, which says more than a report.
        if (by === 'calls' && this.#known === undefined && this.#mayTell()) this.#tell(crypto.randomUUID());
        return;
      case 'closed':
        if (this.#known !== undefined) void sharedState.remove(this.name);
        this.#ended = this.#known ?? this.#ended;
        this.#known = undefined;
        this.#isAlone = false;
        return;
      case 'half-open':
    }
  }

  /** Merges the report of the shared state. */
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
      // Concurrent reports: the later one wins.
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
    const { sharedState, clock, ttlMs = TTL_MS } = this.#deps;
    if (clock.now() < this.#prolongAt) return;
    this.#prolongAt = clock.now() + PROLONG_EVERY_MS;
    void sharedState.prolong(this.name, ttlMs);
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
    const { sharedState, ttlMs = TTL_MS } = this.#deps;
    const reply = await sharedState.post(this.name, outage, ttlMs);
    if (reply.kind === 'done' && this.#known === outage) this.#isOnBoard = true;
  }
}
