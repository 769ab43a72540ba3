import { expect, test } from 'bun:test';
import { orderKeyOf, orderKeyOfEntry } from '../../src/message/order-key.ts';
import { toEntry } from '../../src/message/entry.ts';
import { aMessage } from '../support/fakes/messages.ts';

const of = (topic: string, key: string | null) => orderKeyOf(aMessage({ topic, key }));

test('the same key of the same topic has the same order key, and no other has it', () => {
  const keys = [of('a', 'k'), of('b', 'k'), of('a', 'k2'), of('a', ''), of('a', ' k'), of('a.b', 'k')];
  expect(of('a', 'k')).toBe(of('a', 'k'));
  expect(new Set(keys).size).toBe(keys.length);
});

test('without a key there is no order', () => {
  expect(of('a', null)).toBeUndefined();
});

test('a long key is a short order key, and still its own', () => {
  const long = 'x'.repeat(10_000);
  expect(of('a', long)?.length).toBeLessThan(50);
  expect(of('a', long)).toBe(of('a', long));
  expect(of('a', long)).not.toBe(of('b', long));
  expect(of('a', long)).not.toBe(of('a', `${long}x`));
});

test('a parked message has the order key that it was parked with, and what is no message has none', () => {
  for (const key of ['k', 'ü😀"\n', 'x'.repeat(200), null]) {
    const message = aMessage({ key });
    expect(orderKeyOfEntry(toEntry(message, 1))).toBe(orderKeyOf(message));
  }
  expect(orderKeyOfEntry('not a message')).toBeUndefined();
});
