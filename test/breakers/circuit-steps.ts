import * as fc from 'fast-check';
import type { CircuitMode } from '../../src/breakers/circuit.ts';

const kind = fc.constantFrom('fault', 'fault', 'fault', 'answered', 'neutral');
/** Picks one of the calls that are in flight. */
const nth = fc.nat({ max: 7 });
const mode = fc.constantFrom<CircuitMode>('auto', 'auto', 'forced-open', 'forced-closed');

const start = fc.record({ do: fc.constant('start') });
/** `shared`: the wire call that it was a part of. */
const finish = fc.record({ do: fc.constant('finish'), nth, kind, shared: fc.constantFrom(-1, -1, 0, 1) });
/** With nothing in between, not even a promise; then the circuit may be forced while they are counted. */
const finishMany = fc.record({
  do: fc.constant('finish many'),
  ends: fc.array(fc.record({ nth, kind }), { minLength: 2, maxLength: 6 }),
  mode: fc.option(mode, { freq: 4 }),
});
const finishTrial = fc.record({
  do: fc.constant('finish the trial'),
  kind: fc.constantFrom('answered', 'answered', 'fault', 'neutral'),
});
const pass = fc.record({
  do: fc.constant('pass'),
  ms: fc.constantFrom(0, 1, 10, 39, 40, 50, 51, 100, 999, 1000, 7000, 20_000),
});
const passUntilDue = fc.record({ do: fc.constant('pass until due'), but: fc.constantFrom(-1, 0, 1, 4) });
const force = fc.record({ do: fc.constant('force'), mode });
const setWallClock = fc.record({
  do: fc.constant('set the wall clock'),
  by: fc.constantFrom(-1_000_000_000, -60_000, 1_000_000_000),
});
const stop = fc.record({ do: fc.constant('stop') });

const step = fc.oneof(
  { weight: 30, arbitrary: start },
  { weight: 30, arbitrary: finish },
  { weight: 10, arbitrary: finishMany },
  { weight: 30, arbitrary: finishTrial },
  { weight: 10, arbitrary: pass },
  { weight: 20, arbitrary: passUntilDue },
  { weight: 3, arbitrary: force },
  { weight: 4, arbitrary: setWallClock },
  { weight: 1, arbitrary: stop },
);

/** A circuit's settings, and what happens to it. */
export const sequence = fc.record({
  settings: fc.record({
    failMax: fc.integer({ min: 1, max: 3 }),
    // A tenth of each, and a quarter of that, are exact numbers.
    resetTimeoutMs: fc.constantFrom(40, 1000, 6000),
    timeoutDurationMs: fc.constantFrom(80, 2000, 10_000),
    trialTimeoutMs: fc.constantFrom(40, 1000, 5000),
    slowMs: fc.constantFrom(undefined, undefined, 50),
  }),
  random: fc.constantFrom(0, 0.25, 0.5, 0.75),
  steps: fc.array(step, { minLength: 20, maxLength: 80 }),
});

export type Sequence = typeof sequence extends fc.Arbitrary<infer T> ? T : never;
export type Step = Sequence['steps'][number];
