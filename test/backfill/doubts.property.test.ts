import { expect, test } from 'bun:test';
import { array, assert, asyncProperty } from 'fast-check';
import { STEPS, World } from './doubts-world.ts';

test('whatever becomes of calls, words, workers and processes, a message in doubt is never lost, and is there twice only where the word of it was', async () => {
  await assert(
    asyncProperty(array(STEPS, { maxLength: 40 }), async (steps) => {
      const world = new World();
      for (const step of steps) await world.play(step);
      await world.settleDown();
      for (const [id, copies] of world.copies) {
        if (!world.deadLetters.includes(`"${id}"`)) expect([id, copies]).not.toEqual([id, 0]);
        if (!world.excused.has(id)) expect(copies).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: Number(process.env['DOUBT_SEQUENCES'] ?? 200) },
  );
});
