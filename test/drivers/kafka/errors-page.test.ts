import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { classify } from '../../../src/drivers/kafka/errors.ts';
import texts from '../../support/kafka/rest-proxy/kafka-errors.json';

const { createErrorFromCode: thrownFor } = createRequire(import.meta.url)(
  'kafkajs/src/protocol/error.js',
) as { createErrorFromCode: (code: number) => Error & { type: string } };

const PAGE = join(import.meta.dir, '../../../docs/contributors/kafka-errors.md');
const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| (-?\d+) \|(.*)\|$/gm)].map(
  ([, code, cells = '']) => [Number(code), cells.split('|').map((cell) => cell.trim())] as const,
);
const OTHERS = ['kafka', 'yes', ''];

function verdictOf(code: number): string[] {
  const { result, again } = classify(thrownFor(code), 'sending');
  if (result.kind === 'rejected') return ['record', '', ''];
  return [result.blame, result.maybeWritten ? 'yes' : '', again ? 'yes' : ''];
}

describe('docs/contributors/kafka-errors.md', () => {
  test.each(rows)('says of %d what the driver makes of it', (code, [name, ...verdict]) => {
    if (code < 89) expect(thrownFor(code).type).toBe(name!);
    expect(verdict).toEqual(verdictOf(code));
  });

  test('leaves out the codes alone whose verdict is that of an unknown one', () => {
    const listed = new Set(rows.map(([code]) => code));
    const others = [...Object.keys(texts).map(Number), 999].filter((code) => code !== 0 && !listed.has(code));
    for (const code of others) expect([code, ...verdictOf(code)]).toEqual([code, ...OTHERS]);
  });
});

test('no error but one of the record itself is for ever', () => {
  const forEver = Object.keys(texts).filter((code) => verdictOf(Number(code))[0] === 'record');
  expect(forEver).toEqual(['10', '17', '18', '32', '87']);
});
