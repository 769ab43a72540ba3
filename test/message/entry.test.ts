import { describe, expect, test } from 'bun:test';
import {
  assert,
  constant,
  constantFrom,
  jsonValue,
  oneof,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check';
import { fromEntry, parkedAtOf, toEntry } from '../../src/message/entry.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { recordValue } from '../../src/message/record-value.ts';
import { aMessage } from '../support/fakes/messages.ts';

describe('a parked entry', () => {
  test('says first when it was parked, if it was not put there by hand', () => {
    const message = aMessage({ headers: { parkedAt: '7' }, value: '{"parkedAt":5,"x":1}' });
    expect(toEntry(message, 1234)).toStartWith('{"parkedAt":1234,"id":');
    expect(fromEntry(toEntry(message, 1234))).toEqual(message);
    expect(parkedAtOf(toEntry(message, 1234))).toBe(1234);
    expect(parkedAtOf(toEntry(message))).toBeUndefined();
    const context = { defaultTopic: 't', topics: new Set(['t']), now: () => 0, newId: () => 'new-id' };
    const ofClient = parseMessage('{"parkedAt":1,"value":1}', context);
    expect(ofClient).toMatchObject({ kind: 'invalid', errors: [{ path: 'parkedAt' }] });
  });

  test('reads back to the same message, digit for digit', () => {
    const message = aMessage({
      id: 'ü"\\',
      key: 'k',
      headers: { 'x"': '\n' },
      partition: 7,
      value: '{"n": 1.10, "big": 12345678901234567890, "s": "\\ud800"}',
    });
    expect(fromEntry(toEntry(message))).toEqual(message);
  });

  test('reads back to the same record, whatever the encoding of its value', () => {
    const values = [
      record({ encoding: constant(undefined), value: jsonValue().map((value) => JSON.stringify(value)) }),
      record({
        encoding: constant('text' as const),
        value: string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      }),
      record({
        encoding: constant('base64' as const),
        value: uint8Array().map((bytes) => `"${Buffer.from(bytes).toString('base64')}"`),
      }),
      record({ encoding: constantFrom('text' as const, 'base64' as const), value: constant('null') }),
    ];
    assert(
      property(oneof(...values), ({ value, encoding }) => {
        const message = aMessage(encoding ? { value, encoding } : { value });
        expect(fromEntry(toEntry(message, 1))).toEqual(message);
        expect(recordValue(fromEntry(toEntry(message, 1)) ?? aMessage())).toEqual(recordValue(message));
      }),
    );
  });

  test('says whether its client left it undated', () => {
    const context = { defaultTopic: 't', topics: new Set(['t']), now: () => 7, newId: () => 'new-id' };
    const undatedOf = (json: string) => {
      const parsed = parseMessage(json, context);
      return parsed.kind === 'message' ? fromEntry(toEntry(parsed.message, 9)) : parsed;
    };
    expect(undatedOf('{"value":1}')).toMatchObject({ timestamp: 7, undated: true });
    expect(undatedOf('{"value":1,"timestamp":5}')).not.toHaveProperty('undated');
    expect(undatedOf('{"value":1,"undated":true}')).toMatchObject({ kind: 'invalid' });
  });

  test('is read although its topic is no longer one that clients may name', () => {
    const message = aMessage({ topic: 'retired' });
    expect(fromEntry(toEntry(message))).toEqual(message);
  });

  test.each(['', 'x', '[]', '{"value":1}', '{"id":"a","topic":"t","value":1}'])('%j is not one', (entry) => {
    expect(fromEntry(entry)).toBeUndefined();
  });
});
