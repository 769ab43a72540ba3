import { expect, test } from 'bun:test';
import { recordValue } from '../../src/message/record-value.ts';

test.each([
  ['{"n": 1.10}', undefined, '{"n": 1.10}'],
  ['null', undefined, 'null'],
  ['"a \\"b\\" \\u00fc"', 'text', 'a "b" ü'],
  ['""', 'text', ''],
  ['null', 'text', null],
  ['"AAH/"', 'base64', Buffer.from([0, 1, 255])],
  ['""', 'base64', Buffer.from([])],
  ['null', 'base64', null],
] as const)('the record of %s with the encoding %p holds %p', (value, encoding, expected) => {
  expect(recordValue({ value, encoding })).toEqual(expected);
});
