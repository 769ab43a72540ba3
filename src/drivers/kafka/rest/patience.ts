import type { Clock } from '../../../ports/clock.ts';

/** Calls in flight for one topic, by the time at which they began, and whether the last one that ended failed. */
interface Flight {
  readonly calls: Set<{ readonly since: number }>;
  isSuspect: boolean;
}

/**
 * Which topics are silent. It is kept by topic, since a proxy answers each by its own partitions: a sick one
 * must not divert the messages of the others. While a call is silent for longer than the caller's patience,
 * nothing follows it. After it one call at a time goes on, as a trial, until one succeeds.
 */
export class TopicPatience {
  readonly #clock: Clock;
  /** The longest that a call takes, in milliseconds. Edges end calls without a word: older ones are gone. */
  readonly #callMs: number;
  readonly #flights = new Map<string, Flight>();

  constructor(clock: Clock, callMs: number) {
    this.#clock = clock;
    this.#callMs = callMs;
  }

  isStalled(topic: string, patienceMs: number): boolean {
    const flight = this.#flights.get(topic);
    if (!flight) return false;
    const now = this.#clock.now();
    for (const call of flight.calls) {
      // They are in the order of their beginning.
      if (now - call.since <= this.#callMs) break;
      flight.calls.delete(call);
    }
    const [oldest] = flight.calls;
    return oldest !== undefined && (flight.isSuspect || now - oldest.since >= patienceMs);
  }

  /** A call for the topic begins. Answers how to say that it has ended, and whether Kafka took its messages. */
  begin(topic: string): (hasWorked: boolean) => void {
    let flight = this.#flights.get(topic);
    if (!flight) this.#flights.set(topic, (flight = { calls: new Set(), isSuspect: false }));
    const { calls } = flight;
    const call = { since: this.#clock.now() };
    calls.add(call);
    return (hasWorked) => {
      calls.delete(call);
      flight.isSuspect = !hasWorked;
    };
  }

  /** A call for the topic is silent. */
  suspect(topic: string): void {
    const flight = this.#flights.get(topic);
    if (flight) flight.isSuspect = true;
  }
}
