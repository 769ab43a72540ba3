import { describe, expect, test } from 'bun:test';
import { elementTexts, isNestedDeeper, memberText } from '../../src/message/json-spans.ts';

test.each([
  ['[]', []],
  [' [ ] ', []],
  ['[1.10, "]" ,{"a":[1,"}"]}\n, null]', ['1.10', '"]"', '{"a":[1,"}"]}', 'null']],
])('%s has its elements as they were written', (text, elements) => {
  expect(elementTexts(text)).toEqual(elements);
});

describe('memberText', () => {
  test.each([
    ['{"value":1.10}', '1.10'],
    ['{"value":12345678901234567890}', '12345678901234567890'],
    ['{ "value" : -1E+2 }', '-1E+2'],
    ['{"value":"a\\"}b"}', '"a\\"}b"'],
    ['{"value":"\\\\"}', '"\\\\"'],
    ['{"value":{"a":[1,{"b":"}"}], "c":"]"}}', '{"a":[1,{"b":"}"}], "c":"]"}'],
    ['{"value":[ ]}', '[ ]'],
    ['{"key":"value","value":true}', 'true'],
    ['{"x":{"value":1},"value":null}', 'null'],
    ['\n{\t"value"\r:\n"\\u00e9"\n}\n', '"\\u00e9"'],
    ['{"v\\u0061lue":7}', '7'],
    ['{"value":"😀","key":"k"}', '"😀"'],
  ])('%s holds the value as it was written', (text, value) => {
    expect(memberText(text, 'value')).toBe(value);
  });

  test('the last of two members of one name counts, as with JSON.parse', () => {
    expect(memberText('{"value":1,"value":2}', 'value')).toBe('2');
  });

  test('an empty object has no members', () => {
    expect(memberText(' {} ', 'value')).toBeUndefined();
  });

  test('every text that it finds parses to what JSON.parse finds in the whole', () => {
    const random = seeded(7);
    for (let round = 0; round < 2000; round++) {
      const whole = {
        key: anyJson(random, 2),
        value: anyJson(random, 4),
        'odd "name"\\': anyJson(random, 1),
      };
      const text = JSON.stringify(whole, null, Math.floor(random() * 3));
      for (const [name, value] of Object.entries(whole))
        expect(JSON.parse(memberText(text, name) ?? '')).toEqual(value);
    }
  });

  test('a value that is nested 100 000 deep does not overflow the stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(memberText(`{"value":${deep}}`, 'value')).toBe(deep);
  });
});

test.each([
  ['[[[1]]]', 3, false],
  ['[[[1]]]', 2, true],
  ['[[],[],{"a":[]}]', 3, false],
  ['["[[[[[[[[", 1]', 1, false],
  ['[{"\\"[":[1]},2,3]', 2, true],
])('%s is nested deeper than %d: %p', (text, most, isDeeper) => {
  expect(isNestedDeeper(text, most)).toBe(isDeeper);
});

/** mulberry32: the same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SCALARS = [null, true, false, 0, -1.5, 1e300, '', '"', '\\', '\\"', '{', '}]', 'ü\u2028', 'a,b:c'];

function anyJson(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth > 0 ? 4 : 2));
  if (pick < 2) return SCALARS[Math.floor(random() * SCALARS.length)];
  const items = Array.from({ length: Math.floor(random() * 4) }, () => anyJson(random, depth - 1));
  return pick === 2 ? items : Object.fromEntries(items.map((item, index) => [`${index}"`, item]));
}
