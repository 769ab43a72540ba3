import { test } from 'bun:test';
import { array, assert, asyncProperty, boolean, constantFrom, nat, option, record } from 'fast-check';
import { type FormName, FORM_NAMES, FORMS } from './fuzz/forms.ts';
import { type Meaning, MEANINGS } from './fuzz/model.ts';
import { HAND, Pen } from './fuzz/pen.ts';
import { World } from './fuzz/world.ts';

const REQUEST = record({
  form: constantFrom(...FORM_NAMES),
  /** Which of the messages it holds. */
  items: array(nat(20), { minLength: 1, maxLength: 6 }),
  hand: HAND,
  isGzipped: boolean(),
  spoil: option(constantFrom('cut', 'utf-8', 'type', 'coding'), { nil: undefined, freq: 8 }),
});

test('whatever requests come in whatever form, each item has one outcome in its place; what was told published is in the topic and what was told queued in the list, once and byte for byte, and nothing else is', async () => {
  await assert(
    asyncProperty(MEANINGS, array(REQUEST, { minLength: 1, maxLength: 8 }), async (meanings, requests) => {
      const world = new World();
      for (const { form, items, hand, ...travel } of requests)
        await world.send(FORMS[form], write(form, items, meanings, new Pen(hand)), travel);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
  );
}, 300_000);

function write(name: FormName, items: readonly number[], meanings: readonly Meaning[], pen: Pen) {
  const form = FORMS[name];
  const all = items.flatMap((item) => meanings[item % meanings.length] ?? []);
  const [first, ...others] = all;
  if (!first) throw new Error('A request has an item');
  return form.write(form.takes === 'one' ? [first] : [first, ...others], pen);
}
