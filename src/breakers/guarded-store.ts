import type { SharedState } from '../ports/shared-state.ts';
import type { Durability } from '../ports/durability.ts';
import type { Probe } from '../ports/probe.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Store } from '../ports/store.ts';
import type { Circuit } from './circuit.ts';
import { GuardedGate } from './guarded-gate.ts';
import { GuardedList } from './guarded-list.ts';
import { GuardedReceipts } from './guarded-receipts.ts';
import { StoreGuard } from './store-guard.ts';
import { type CallVerdict, judgeProbe } from './verdict.ts';

/** Store behind a circuit breaker (decorator). While the circuit is open every verb is refused at once. */
export class GuardedStore implements Store {
  readonly list: GuardedList;
  readonly gate: GuardedGate;
  readonly receipts: GuardedReceipts;
  /** Bypasses the circuit: an operator's override of the circuit has to get through. No client waits for it. */
  readonly sharedState: SharedState;
  readonly #inner: Store;
  readonly #circuit: Circuit;
  readonly #guard: StoreGuard;

  constructor(inner: Store, circuit: Circuit) {
    this.#inner = inner;
    this.#circuit = circuit;
    this.#guard = new StoreGuard(circuit);
    const { run, runSmall } = this.#guard;
    this.list = new GuardedList(inner.list, run);
    this.gate = new GuardedGate(inner.gate, runSmall);
    this.receipts = new GuardedReceipts(inner.receipts, runSmall);
    this.sharedState = inner.sharedState;
    circuit.recoverBy(async () => this.#judgeProbe(await inner.probe()));
  }

  async probe(): Promise<Probe> {
    const reply = await this.#circuit.run(
      () => this.#inner.probe(),
      (probe) => this.#judgeProbe(probe),
    );
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Redis circuit is open' };
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#guard.run(() => this.#inner.durability(), 'read');
  }

  close(): Promise<void> {
    this.#circuit.stop();
    return this.#inner.close();
  }

  /** A probe writes. */
  #judgeProbe(probe: Probe): CallVerdict {
    return this.#guard.noteWrite(judgeProbe(probe));
  }
}
