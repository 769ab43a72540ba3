import { describe, expect, test } from 'bun:test';
import { parseApiKeys } from '../../src/config/api-keys.ts';
import { readConfig } from '../../src/config/config.ts';
import { openAccessWarnings } from '../../src/config/open-access.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const FORM = 'name:sha256, with ;topics=a+b, ;limit=100/60 or ;encodings=json+text after it';

describe('API keys', () => {
  test('are separated by commas or line breaks, with options and comments', () => {
    const text = `shop:${A.toUpperCase()};topics=a+b;limit=100/60;encodings=json+text, old:${B} # gone in May\n# none\n`;
    expect(parseApiKeys(text)).toEqual({
      kind: 'keys',
      keys: [
        {
          name: 'shop',
          digest: A,
          topics: new Set(['a', 'b']),
          limit: { max: 100, windowMs: 60_000 },
          encodings: new Set(['json', 'text']),
        },
        { name: 'old', digest: B },
      ],
    });
  });

  test.each([
    ['shop', `key 1 must be ${FORM}`],
    ['shop:secret', `key 1 must be ${FORM}`],
    [`sh op:${A}`, `key 1 must be ${FORM}`],
    [`a:${A},shop:${B}:${B}`, `key 2 must be ${FORM}`],
    [`shop:${A};topics=`, `key 1 (shop) must be ${FORM}`],
    [`shop:${A};limit=0/60`, `key 1 (shop) must be ${FORM}`],
    [`shop:${A};encodings=xml`, `key 1 (shop) must be ${FORM}`],
    [`shop:${A};topic=a`, `key 1 (shop) must be ${FORM}`],
    [`a:${A},b:${A}`, 'two keys are the same'],
    ['# none', `no key is in it: it needs ${FORM}`],
  ])('in a wrong form refuse the start, without their digest: %s', (text, problem) => {
    expect(parseApiKeys(text)).toEqual({ kind: 'invalid', problems: [problem] });
    expect(() => readConfig({ API_KEYS: text })).toThrow(`API_KEYS is wrong: ${problem}`);
  });
});

test.each([
  [{}, 1],
  [{ HOST: '::' }, 1],
  [{ HOST: '10.0.0.1' }, 1],
  [{ HOST: '127.0.0.1' }, 0],
  [{ HOST: 'localhost' }, 0],
  [{ API_KEYS: `a:${A}` }, 0],
  [{ API_KEYS_FILE: '/keys' }, 0],
])('a service without keys that listens beyond this machine is warned of: %p', (variables, count) => {
  expect(openAccessWarnings(readConfig(variables))).toHaveLength(count);
});
