import type { Circuit } from '../breakers/circuit.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';

export interface KafkaWatchDeps {
  /** Kafka behind its circuit, in which the faults of a probe count as those of any call. */
  readonly publisher: Pick<Publisher, 'probe'>;
  readonly circuit: Pick<Circuit, 'calls' | 'report'>;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 5000;
/** Time without a call after which a Kafka that answered last is probed. One that failed is at each look. */
const IDLE_MS = 30_000;

/**
 * Health check of Kafka without traffic: a probe at the start, and one whenever nothing was sent for a while.
 * An open circuit has its trials instead.
 */
export class KafkaWatch {
  readonly #deps: KafkaWatchDeps;
  #seenCalls = 0;
  #idleSince = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(deps: KafkaWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#cancel) return;
    this.#cancel = () => {};
    void this.#goOn();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Probes if nothing else has told of Kafka lately. */
  async look(): Promise<void> {
    const { publisher, circuit, clock } = this.#deps;
    const { state, evidence } = circuit.report;
    if (circuit.calls !== this.#seenCalls) this.#idleSince = clock.now();
    else if (
      state === 'closed' &&
      (evidence.kind !== 'answers' || clock.now() - this.#idleSince >= IDLE_MS)
    ) {
      this.#idleSince = clock.now();
      await publisher.probe();
    }
    this.#seenCalls = circuit.calls;
  }

  async #goOn(): Promise<void> {
    await this.look();
    if (this.#cancel) this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => void this.#goOn());
  }
}
