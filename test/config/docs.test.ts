import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groups } from '../../src/config/groups.ts';
import { configurationPage } from '../../src/config/page.ts';

const PAGE = join(import.meta.dir, '../../docs/configuration.md');
const fields = Object.values(groups).flatMap((group) => Object.entries(group));

test('docs/configuration.md is what the specs say: `bun run docs` writes it', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(configurationPage());
});

test.each(fields)('%s has words, and either a default or words for its absence', (_name, rule) => {
  expect(rule.description).toMatch(/^[A-Z`].*[^.]$/);
  const unset = rule.meta()?.['unset'];
  if (rule.parse(undefined) === undefined) expect(unset).toBeString();
  else expect(unset).toBeUndefined();
});

test('no variable stands in two groups', () => {
  const names = fields.map(([name]) => name);
  expect(names).toEqual([...new Set(names)]);
});
