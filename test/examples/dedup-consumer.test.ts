import { expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import type { KafkaMessage } from 'kafkajs';
import { applyOnce } from '../../examples/dedup-consumer.ts';

function record(value: string, id?: string): KafkaMessage {
  const headers = id === undefined ? {} : { 'spillway-id': Buffer.from(id) };
  return { key: null, value: Buffer.from(value), headers, timestamp: '0', attributes: 0, offset: '0' };
}

test('the example consumer applies a message once, however often its record comes', () => {
  const applied: string[] = [];
  const handle = applyOnce(new Database(':memory:'), ({ value }) => applied.push(String(value)));
  const answers = [record('a', 'one'), record('b', 'two'), record('a', 'one')].map(handle);
  expect(answers).toEqual(['applied', 'applied', 'repeat']);
  expect(applied).toEqual(['a', 'b']);
});

test('the example consumer applies a message again whose effect failed', () => {
  let isBroken = true;
  const handle = applyOnce(new Database(':memory:'), () => {
    if (isBroken) throw new Error('No effect');
  });
  expect(() => handle(record('a', 'one'))).toThrow('No effect');
  isBroken = false;
  expect(handle(record('a', 'one'))).toBe('applied');
});

test('the example consumer applies every record that carries no id', () => {
  const handle = applyOnce(new Database(':memory:'), () => {});
  expect([record('a'), record('a')].map(handle)).toEqual(['applied', 'applied']);
});
