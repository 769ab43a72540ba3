import { expect, setSystemTime } from 'bun:test';
import { Circuit, type CircuitMode } from '../../src/breakers/circuit.ts';
import type { CallVerdict } from '../../src/breakers/verdict.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { CircuitModel, type ModelCall, type ModelVerdict } from './circuit-model.ts';
import type { Sequence, Step } from './circuit-steps.ts';

/** One call, as the circuit made it and as the model did. */
interface Flight {
  readonly model: ModelCall;
  readonly finish: (verdict: CallVerdict) => void;
  /** Undefined for a trial of the circuit's own. */
  readonly reply: Promise<unknown> | undefined;
}

/** Plays a sequence on a circuit and on the model, and compares them after every step. */
export class Play {
  readonly #clock = new FakeClock();
  readonly #circuit: Circuit;
  readonly #model: CircuitModel;
  readonly #changes: string[] = [];
  readonly #ownTrials: ((verdict: CallVerdict) => void)[] = [];
  readonly #wireCalls = [{}, {}];
  #known = 0;
  #faults = 0;
  #flights: Flight[] = [];

  constructor({ settings, random }: Sequence) {
    const onFault = () => void this.#faults++;
    this.#circuit = new Circuit(
      settings,
      this.#clock,
      {
        onFault,
        onChange: ({ state, mode, by }) => void this.#changes.push(by === 'operator' ? mode : state),
      },
      () => random,
    );
    this.#circuit.recoverBy(() => {
      const { promise, resolve } = Promise.withResolvers<CallVerdict>();
      this.#ownTrials.push(resolve);
      return promise;
    });
    this.#model = new CircuitModel(settings, random);
  }

  /** Answers what was told of the circuit's changes. */
  static async of(sequence: Sequence): Promise<readonly string[]> {
    const play = new Play(sequence);
    try {
      for (const step of sequence.steps) {
        await play.#do(step);
        play.#compare();
      }
      return play.#changes;
    } finally {
      setSystemTime();
    }
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'start':
        return this.#start();
      case 'finish': {
        const call = this.#wireCalls[step.shared];
        return this.#finish([{ ...step, call }]);
      }
      case 'finish the trial': {
        const nth = this.#flights.findIndex((flight) => this.#isCurrentTrial(flight));
        return nth < 0 ? undefined : this.#finish([{ ...step, nth }]);
      }
      case 'finish many':
        return this.#finish(step.ends, step.mode);
      case 'pass':
        return this.#pass(step.ms);
      case 'pass until due':
        return this.#pass(Math.max(0, this.#circuit.retryInMs + step.but));
      case 'force':
        return this.#force(step.mode);
      case 'set the wall clock':
        this.#clock.wall += step.by;
        // cockatiel's clock.
        setSystemTime(Date.now() + step.by);
        return;
      case 'stop':
        this.#circuit.stop();
        this.#model.stop();
    }
  }

  async #start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<CallVerdict>();
    const { retryInMs } = this.#circuit;
    let isMade = false;
    const reply = this.#circuit.run(
      () => {
        isMade = true;
        return promise;
      },
      (verdict) => verdict,
    );
    const model = this.#model.start();
    expect(isMade).toBe(model !== undefined);
    if (model) this.#flights.push({ model, finish: resolve, reply });
    else expect(await reply).toEqual({ kind: 'refused', retryInMs });
  }

  async #finish(ends: readonly (ModelVerdict & { nth: number })[], mode?: CircuitMode | null): Promise<void> {
    const ended: { flight: Flight; verdict: CallVerdict }[] = [];
    for (const { nth, kind, call } of ends) {
      const [flight] = this.#flights.splice(nth % Math.max(1, this.#flights.length), 1);
      if (!flight) break;
      const verdict: CallVerdict =
        kind === 'fault' ? { kind, reason: 'down' } : kind === 'answered' ? { kind, call } : { kind };
      flight.finish(verdict);
      ended.push({ flight, verdict });
    }
    if (mode) await this.#force(mode);
    for (const { flight, verdict } of ended) this.#model.finish(flight.model, verdict);
    await settled();
    for (const { flight, verdict } of ended)
      if (flight.reply) expect(await flight.reply).toEqual({ kind: 'called', value: verdict });
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    this.#model.advance(ms);
    expect(this.#ownTrials).toHaveLength(this.#model.ownTrials.length);
    for (; this.#known < this.#ownTrials.length; this.#known++) {
      const [model, finish] = [this.#model.ownTrials[this.#known], this.#ownTrials[this.#known]];
      if (model && finish) this.#flights.push({ model, finish, reply: undefined });
    }
  }

  #force(mode: CircuitMode): Promise<void> {
    this.#circuit.force(mode);
    this.#model.force(mode);
    return Promise.resolve();
  }

  #isCurrentTrial({ model: call }: Flight): boolean {
    return call.isTrial && this.#model.isCurrent(call);
  }

  #compare(): void {
    const { state, mode, allows, retryInMs } = this.#circuit;
    const model = this.#model;
    expect([state, mode, allows, retryInMs]).toEqual([
      model.state,
      model.mode,
      model.allows,
      model.retryInMs,
    ]);
    expect(this.#changes).toEqual(model.changes);
    expect(this.#faults).toBe(model.faults);
    // The model makes one trial at a time by itself; this says it of the calls.
    const trials = this.#flights.filter((flight) => this.#isCurrentTrial(flight));
    expect(trials.length).toBe(state === 'half-open' ? 1 : 0);
  }
}

/** Whatever waits for nothing but promises has gone on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
