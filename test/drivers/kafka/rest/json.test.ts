import { expect, test } from 'bun:test';
import { splitObjects } from '../../../../src/drivers/kafka/rest/json.ts';

test('objects one behind the other are told apart, whatever their strings hold', () => {
  const objects = ['{}', '{"a":{"b":"}{"}}', '{"c":"\\"}\\\\"}', '{"d":[{},{"e":"ü😀"}]}'];
  expect(splitObjects(objects.join('\r\n'))).toEqual(objects);
  expect(splitObjects(objects.join(''))).toEqual(objects);
});

test.each(['{"a":1', '{"a":"', '{"a":"\\', '{"a":"\\"}', '{"a":{"b":1}', '"', ''])(
  'one that breaks off is left out: %s',
  (cut) => {
    expect(splitObjects(`{"whole":1}${cut}`)).toEqual(['{"whole":1}']);
  },
);

test.each([
  ['quotes in a string', '{"a":"', String.raw`\"`],
  ['escapes', '{"a":"', '\\\\'],
  ['strings', '{"a":["', '","'],
  ['objects', '', '{'],
])('a megabyte of %s that breaks off is read in one pass', (_, head, part) => {
  const text = head + part.repeat(1_000_000 / part.length);
  const began = performance.now();
  expect(splitObjects(text)).toEqual([]);
  // Milliseconds; what went back from each quote took minutes.
  expect(performance.now() - began).toBeLessThan(2000);
});
