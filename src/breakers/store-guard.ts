import type { StoreReply } from '../ports/store-reply.ts';
import type { Circuit } from './circuit.ts';
import { ANSWERED, type CallVerdict, NEUTRAL, VoteOnce } from './verdict.ts';

/**
 * Kind of a verb: a read, or a predicate over its answer that says whether something was written. A claim of
 * an empty list, for example, writes nothing.
 */
export type Kind<T> = 'read' | ((value: T) => boolean);

/** Runs a verb of the store if the circuit allows it. */
export type Guard = <T>(verb: () => Promise<StoreReply<T>>, kind: Kind<T>) => Promise<StoreReply<T>>;

/**
 * Verdicts on the verbs of a store. A store may answer reads and refuse writes (a replica, a full memory, too
 * few replicas behind it), so once a write has failed only an answer that proves a write ends the row of
 * faults, and closes the circuit.
 */
export class StoreGuard {
  readonly #circuit: Circuit;
  readonly #votes = new VoteOnce();
  #refusesWrites = false;

  constructor(circuit: Circuit) {
    this.#circuit = circuit;
  }

  readonly run: Guard = async (verb, kind) => {
    if (kind === 'read' && this.#wantsProof) return { kind: 'refused', retryInMs: this.#circuit.retryInMs };
    const reply = await this.#circuit.run(verb, (value) => this.#judge(value, kind));
    return reply.kind === 'called' ? reply.value : reply;
  };

  /** The same for verbs that write little: a nearly full store takes that, so it is no trial of a refused write. */
  readonly runSmall: Guard = (verb, kind) =>
    this.#wantsProof
      ? Promise.resolve({ kind: 'refused', retryInMs: this.#circuit.retryInMs })
      : this.run(verb, kind);

  get #wantsProof(): boolean {
    return this.#refusesWrites && this.#circuit.state !== 'closed';
  }

  /** Takes note of a verdict on a write that went another way, such as a probe. */
  noteWrite(verdict: CallVerdict): CallVerdict {
    this.#refusesWrites = verdict.kind === 'fault';
    return verdict;
  }

  #judge<T>(reply: StoreReply<T>, kind: Kind<T>): CallVerdict {
    switch (reply.kind) {
      case 'refused':
        return ANSWERED;
      case 'failed': {
        if (!this.#votes.admits(reply.call)) return NEUTRAL;
        if (kind !== 'read') this.#refusesWrites = true;
        return { kind: 'fault', reason: reply.reason };
      }
      case 'done': {
        if (kind !== 'read' && kind(reply.value)) this.#refusesWrites = false;
        if (this.#refusesWrites) return NEUTRAL;
        return reply.call ? { kind: 'answered', call: reply.call } : ANSWERED;
      }
    }
  }
}
