import { describe, expect, test } from 'bun:test';
import { fromEntry, parkedAtOf, toEntry } from '../../src/message/entry.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { aMessage } from '../support/fakes/messages.ts';

describe('a parked entry', () => {
  test('says first when it was parked, if it was not put there by hand', () => {
    const message = aMessage({ headers: { parkedAt: '7' }, value: '{"parkedAt":5,"x":1}' });
    expect(toEntry(message, 1234)).toStartWith('{"parkedAt":1234,"id":');
    expect(fromEntry(toEntry(message, 1234))).toEqual(message);
    expect(parkedAtOf(toEntry(message, 1234))).toBe(1234);
    expect(parkedAtOf(toEntry(message))).toBeUndefined();
    const context = { defaultTopic: 't', topics: new Set(['t']), now: 0, newId: () => 'new-id' };
    const ofClient = parseMessage('{"parkedAt":1,"value":1}', context);
    expect(ofClient).toMatchObject({ kind: 'invalid', errors: [{ path: 'parkedAt' }] });
  });

  test('reads back to the same message, digit for digit', () => {
    const message = aMessage({
      id: 'ü"\\',
      key: 'k',
      headers: { 'x"': '\n' },
      value: '{"n": 1.10, "big": 12345678901234567890, "s": "\\ud800"}',
    });
    expect(fromEntry(toEntry(message))).toEqual(message);
  });

  test('says whether its client left it undated', () => {
    const context = { defaultTopic: 't', topics: new Set(['t']), now: 7, newId: () => 'new-id' };
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
