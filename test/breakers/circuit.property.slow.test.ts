import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Play } from './circuit-play.ts';
import { sequence } from './circuit-steps.ts';

/** How many sequences are played, and from which seed: that of a failure is printed. */
const { CIRCUIT_SEQUENCES = '20000', CIRCUIT_SEED } = process.env;

test(`a circuit keeps to its model in ${CIRCUIT_SEQUENCES} random sequences of calls, time and force`, async () => {
  const reached: Record<string, number> = {};
  const property = fc.asyncProperty(sequence, async (played) => {
    const changes = await Play.of(played);
    for (const change of changes) reached[change] = (reached[change] ?? 0) + 1;
  });
  await fc.assert(property, {
    numRuns: Number(CIRCUIT_SEQUENCES),
    ...(CIRCUIT_SEED && { seed: Number(CIRCUIT_SEED) }),
  });
  // Else they prove little; of a few nothing can be said.
  if (Number(CIRCUIT_SEQUENCES) < 1000) return;
  for (const change of ['closed', 'open', 'half-open', 'auto', 'forced-open', 'forced-closed'])
    expect(reached[change] ?? 0).toBeGreaterThan(Number(CIRCUIT_SEQUENCES) / 10);
}, 300_000);
