import type { Board } from '../ports/board.ts';
import type { Durability } from '../ports/durability.ts';
import type { Probe } from '../ports/probe.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Store } from '../ports/store.ts';
import { Ballot } from './ballot.ts';
import type { Circuit } from './circuit.ts';
import { GuardedGate } from './guarded-gate.ts';
import { GuardedList } from './guarded-list.ts';
import { GuardedReceipts } from './guarded-receipts.ts';
import { ANSWERED, type CallVerdict, judgeProbe, NEUTRAL } from './verdict.ts';

/** A store behind a circuit: while it is open every verb is refused at once. */
export class GuardedStore implements Store {
  readonly list: GuardedList;
  readonly gate: GuardedGate;
  readonly receipts: GuardedReceipts;
  /** Not behind the circuit: an operator's word about it has to come through. No client waits for it. */
  readonly board: Board;
  readonly #inner: Store;
  readonly #circuit: Circuit;
  readonly #ballot = new Ballot();

  constructor(inner: Store, circuit: Circuit) {
    this.#inner = inner;
    this.#circuit = circuit;
    this.list = new GuardedList(inner.list, (verb) => this.#guard(verb));
    this.gate = new GuardedGate(inner.gate, (verb) => this.#guard(verb));
    this.receipts = new GuardedReceipts(inner.receipts, (verb) => this.#guard(verb));
    this.board = inner.board;
    circuit.recoverBy(async () => judgeProbe(await inner.probe()));
  }

  async probe(): Promise<Probe> {
    const reply = await this.#circuit.run(() => this.#inner.probe(), judgeProbe);
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Redis circuit is open' };
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#guard(() => this.#inner.durability());
  }

  close(): Promise<void> {
    this.#circuit.stop();
    return this.#inner.close();
  }

  async #guard<T>(verb: () => Promise<StoreReply<T>>): Promise<StoreReply<T>> {
    const reply = await this.#circuit.run(verb, (value) => this.#judge(value));
    return reply.kind === 'called' ? reply.value : reply;
  }

  #judge(reply: StoreReply<unknown>): CallVerdict {
    if (reply.kind === 'done' && reply.call) return { kind: 'answered', call: reply.call };
    if (reply.kind !== 'failed') return ANSWERED;
    return this.#ballot.admits(reply.call) ? { kind: 'fault', reason: reply.reason } : NEUTRAL;
  }
}
