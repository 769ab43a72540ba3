import type { Probe } from '../ports/probe.ts';
import type { Backlog, ClaimRequest, Store, StoreReply, Verdict } from '../ports/store.ts';
import type { Circuit } from './circuit.ts';
import { ANSWERED, type CallVerdict, judgeProbe } from './verdict.ts';

/** A store behind a circuit: while it is open every verb is refused at once. */
export class GuardedStore implements Store {
  readonly #inner: Store;
  readonly #circuit: Circuit;

  constructor(inner: Store, circuit: Circuit) {
    this.#inner = inner;
    this.#circuit = circuit;
    circuit.recoverBy(async () => judgeProbe(await inner.probe()));
  }

  park(entries: readonly string[]): Promise<StoreReply<void>> {
    return this.#guard(() => this.#inner.park(entries));
  }

  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    return this.#guard(() => this.#inner.claim(request));
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    return this.#guard(() => this.#inner.settle(batch, verdicts));
  }

  reap(): Promise<StoreReply<number>> {
    return this.#guard(() => this.#inner.reap());
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#guard(() => this.#inner.backlog());
  }

  async probe(): Promise<Probe> {
    const reply = await this.#circuit.run(() => this.#inner.probe(), judgeProbe);
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Redis circuit is open' };
  }

  close(): Promise<void> {
    this.#circuit.stop();
    return this.#inner.close();
  }

  async #guard<T>(verb: () => Promise<StoreReply<T>>): Promise<StoreReply<T>> {
    const reply = await this.#circuit.run(verb, judge);
    return reply.kind === 'called' ? reply.value : reply;
  }
}

function judge(reply: StoreReply<unknown>): CallVerdict {
  return reply.kind === 'failed' ? { kind: 'fault', reason: reply.reason } : ANSWERED;
}
