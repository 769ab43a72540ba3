import { expect, test } from 'bun:test';
import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check';
import { type FormName, FORM_NAMES, FORMS } from './fuzz/forms.ts';
import { type Meaning, MEANINGS, rarely } from './fuzz/model.ts';
import type { Expected } from './fuzz/oracle.ts';
import { HAND, Pen } from './fuzz/pen.ts';
import { World } from './fuzz/world.ts';

const REQUEST = record({
  form: constantFrom(...FORM_NAMES),
  /** Which of the messages it holds. */
  items: array(nat(20), { minLength: 1, maxLength: 6 }),
  /** It says the same as the one before, in its own hand. */
  isRetry: boolean(),
  hand: HAND,
  isGzipped: boolean(),
  spoil: rarely(10, constantFrom('cut', 'utf-8', 'type', 'coding')),
});
const REQUESTS = array(REQUEST, { minLength: 1, maxLength: 8, size: 'max' });
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 400);

test('whatever comes in whatever form, each item has one outcome in its place; the topic has what was told published and the list what was told queued, once and byte for byte, and nothing else', async () => {
  const reached = new Set<string>();
  const property = asyncProperty(MEANINGS, REQUESTS, async (meanings, requests) => {
    const world = new World();
    let said: Said | undefined;
    for (const { isRetry, hand, isGzipped, spoil, ...own } of requests) {
      said = isRetry ? (said ?? own) : own;
      const written = write(said, meanings, new Pen(hand));
      const outcomes = await world.send(FORMS[said.form], written, { isGzipped, spoil });
      for (const outcome of outcomes) reached.add(`${said.form}: ${wordsOf(outcome)}`);
    }
  });
  await assert(property, { numRuns: RUNS });
  // Else they prove little; of a few nothing can be said.
  if (RUNS < 2000) return;
  const each = ['published', 'replayed', 'queued', '422', '413', '503'];
  const all = FORM_NAMES.flatMap((form) => each.map((outcome) => `${form}: ${outcome}`));
  expect(all.filter((outcome) => !reached.has(outcome))).toEqual([]);
}, 300_000);

interface Said {
  readonly form: FormName;
  readonly items: readonly number[];
}

function write({ form: name, items }: Said, meanings: readonly Meaning[], pen: Pen) {
  const form = FORMS[name];
  const [first, ...others] = items.flatMap((item) => meanings[item % meanings.length] ?? []);
  if (!first) throw new Error('A request has an item');
  return form.write(form.takes === 'one' ? [first] : [first, ...others], pen);
}

function wordsOf(outcome: Expected): string {
  if (outcome.kind === 'refused') return String(outcome.status);
  return outcome.isReplayed ? 'replayed' : outcome.kind;
}
