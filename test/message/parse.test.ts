import { describe, expect, test } from 'bun:test';
import { assert, constantFrom, jsonValue, oneof, property, record, string } from 'fast-check';
import { parseMessage } from '../../src/message/parse.ts';

const NOW = 1_764_671_400_000;
const context = {
  defaultTopic: 'messages',
  topics: new Set(['messages', 'orders']),
  now: () => NOW,
  newId: () => 'new-id',
};

const parse = (json: string) => parseMessage(json, context);

function paths(json: string): string[] {
  const parsed = parse(json);
  return parsed.kind === 'invalid' ? parsed.errors.map(({ path }) => path) : [`not invalid: ${parsed.kind}`];
}

describe('parseMessage', () => {
  test('completes what the client left out', () => {
    const message = {
      id: 'new-id',
      topic: 'messages',
      key: null,
      headers: {},
      value: '1.10',
      timestamp: NOW,
      undated: true as const,
    };
    expect(parse('{"value":1.10}')).toEqual({ kind: 'message', message, hasClientId: false });
  });

  test('keeps what the client gave', () => {
    const fields = { id: 'mine', topic: 'orders', key: '', headers: { trace: 'ü' }, timestamp: 0 };
    const parsed = parse(JSON.stringify({ ...fields, value: null }));
    expect(parsed).toEqual({ kind: 'message', message: { ...fields, value: 'null' }, hasClientId: true });
  });

  test.each(['', '{', '{"value":01}', '{"value":1}x', 'nul', '{"value":"\n"}'])('%j is not JSON', (json) => {
    expect(parse(json)).toEqual({ kind: 'not-json' });
  });

  test.each([
    ['[]', ['']],
    ['null', ['']],
    ['"text"', ['']],
    ['{}', ['value']],
    ['{"value":1,"vlaue":2}', ['vlaue']],
    ['{"value":1,"__proto__":2}', ['__proto__']],
    ['{"value":1,"topic":"nowhere"}', ['topic']],
    ['{"value":1,"topic":7}', ['topic']],
    ['{"value":1,"key":7}', ['key']],
    ['{"value":1,"key":"\\ud800"}', ['key']],
    ['{"value":1,"headers":[]}', ['headers']],
    ['{"value":1,"headers":{"a":1,"b":null}}', ['headers.a', 'headers.b']],
    ['{"value":1,"headers":{"a":"\\ud800"}}', ['headers.a']],
    ['{"value":1,"headers":{"__proto__":"x"}}', ['headers.__proto__']],
    ['{"value":1,"headers":{"spillway-id":"x"}}', ['headers.spillway-id']],
    ['{"value":1,"headers":{"Spillway-ID":"x"}}', ['headers.spillway-id']],
    ['{"value":1,"id":""}', ['id']],
    [`{"value":1,"id":"${'x'.repeat(256)}"}`, ['id']],
    ['{"value":1,"id":"a\\u0000"}', ['id']],
    ['{"value":1,"id":".."}', ['id']],
    ['{"value":1,"headers":{"":"x"}}', ['headers.']],
    ['{"value":1,"timestamp":1.5}', ['timestamp']],
    ['{"value":1,"timestamp":-1}', ['timestamp']],
    ['{"value":1,"timestamp":"2025-12-02"}', ['timestamp']],
    [`{"value":1,"timestamp":${NOW + 3_600_001}}`, ['timestamp']],
    ['{"topic":"nowhere","id":7}', ['value', 'id']],
  ])('%s is refused by the name of its fields', (json, expected) => {
    expect(paths(json)).toEqual(expected);
  });

  test.each([
    ['[]', '', 'Must be a JSON object'],
    ['{"value":1,"topic":7}', 'topic', 'Must be a string'],
    ['{"value":1,"headers":[]}', 'headers', 'Must be an object'],
    ['{"value":1,"headers":{"":"x"}}', 'headers.', 'Must have a name that is not empty, and valid Unicode'],
    ['{"value":1,"id":""}', 'id', 'Must not be empty'],
    [`{"value":1,"id":"${'x'.repeat(256)}"}`, 'id', 'Must have at most 255 characters'],
    ['{"value":1,"timestamp":-1}', 'timestamp', 'Must be 0 or more'],
    ['{"value":1,"timestamp":1e300}', 'timestamp', 'Must be 9007199254740991 or less'],
    ['{"value":1,"timestamp":1.5}', 'timestamp', 'Must be a whole number'],
    ['{"value":1,"partition":-1}', 'partition', 'Must be 0 or more'],
    ['{"value":1,"partition":"1"}', 'partition', 'Must be a whole number'],
    ['{"value":1,"partition":1.5}', 'partition', 'Must be a whole number'],
    ['{"value":1,"partition":2147483648}', 'partition', 'Must be 2147483647 or less'],
    ['{"value":1,"encoding":"xml"}', 'encoding', 'Must be one of json, text, base64'],
    ['{"value":1,"encoding":"text"}', 'value', 'Must be a string, or null, with the encoding text'],
    ['{"value":{},"encoding":"base64"}', 'value', 'Must be a string, or null, with the encoding base64'],
    ['{"value":"YQ","encoding":"base64"}', 'value', 'Is not base64 with padding'],
    ['{"value":"YQ-_","encoding":"base64"}', 'value', 'Is not base64 with padding'],
    ['{"value":"YQ==\\n","encoding":"base64"}', 'value', 'Is not base64 with padding'],
    ['{"value":"\\ud800","encoding":"text"}', 'value', 'Has a lone surrogate: not valid Unicode'],
    ['{"encoding":"text"}', 'value', 'Is required: any JSON'],
  ])('%s is refused in plain words', (json, path, message) => {
    expect(parse(json)).toEqual({ kind: 'invalid', errors: [{ path, message }] });
  });

  test.each([
    ['{"value":"a\\u00fc","encoding":"text"}', { value: '"a\\u00fc"', encoding: 'text' }],
    ['{"value":null,"encoding":"text"}', { value: 'null', encoding: 'text' }],
    ['{"encoding":"base64","value":"AAH/"}', { value: '"AAH/"', encoding: 'base64' }],
    ['{"value":"","encoding":"base64"}', { value: '""', encoding: 'base64' }],
  ] as const)('%s keeps its encoding', (json, expected) => {
    expect(parse(json)).toMatchObject({ kind: 'message', message: expected });
  });

  test('the encoding json is the same as none', () => {
    const parsed = parse('{"value":"a","encoding":"json"}');
    expect(parsed).toMatchObject({ kind: 'message', message: { value: '"a"' } });
    expect(JSON.stringify(parsed)).not.toContain('encoding');
  });

  test('a flood of wrong fields is not answered with a larger one', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `"f${index}":1`);
    const errors = parse(`{"value":1,${names.join()}}`);
    expect(errors).toMatchObject({ kind: 'invalid' });
    if (errors.kind !== 'invalid') throw new Error('unreachable');
    expect(errors.errors).toHaveLength(21);
    expect(errors.errors.at(-1)).toEqual({ path: '', message: 'Has 980 more invalid fields' });
  });

  test('a message has 1000 headers at most', () => {
    const headers = Array.from({ length: 1001 }, (_, index) => `"h${index}":""`);
    expect(parse(`{"value":1,"headers":{${headers.slice(1).join()}}}`).kind).toBe('message');
    expect(paths(`{"value":1,"headers":{${headers.join()}}}`)).toEqual(['headers']);
  });

  test('errors never repeat what the client sent', () => {
    const parsed = parse(
      '{"value":"secret-1","key":{"secret-2":1},"id":["secret-3"],"timestamp":"secret-4"}',
    );
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

test('a message without headers, id and time is judged as with empty headers beside what it has', () => {
  const text = oneof(string(), string({ unit: 'binary' }), constantFrom('\\ud800', 'messages', 'orders'));
  const odd = oneof(text.map(String), constantFrom(null, 1, {}, [], true));
  const encoding = constantFrom('json', 'text', 'base64', 'xml', 1, null);
  const value = oneof(jsonValue(), constantFrom('AA==', 'AA', '', null));
  const members = record({ value, key: odd, topic: odd, encoding }, { requiredKeys: [] });
  assert(
    property(members, (message) => {
      const plain = parse(JSON.stringify(message));
      const whole = parse(JSON.stringify({ ...message, headers: {} }));
      expect(plain).toEqual(whole);
    }),
  );
});

test.each([
  [1000, 'message'],
  [1001, 'invalid'],
])('a value that is nested %d deep: %s', (depth, kind) => {
  expect(parse(`{"value":${'['.repeat(depth)}${']'.repeat(depth)}}`)).toMatchObject({ kind });
});
