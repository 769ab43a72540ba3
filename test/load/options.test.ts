import { expect, test } from 'bun:test';
import { readOptions } from './options.ts';

test("the guide's command line is understood, and every flag in its short form", () => {
  const expected = {
    host: new URL('http://localhost:8000'),
    users: 100,
    spawnRate: 10,
    runTimeMs: 30_000,
    accepted: undefined,
  };
  const long = ['--host=http://localhost:8000', '--users=100', '--spawn-rate=10', '--run-time=30s'];
  const short = ['-H', 'http://localhost:8000', '-u', '100', '-r', '10', '-t', '30s'];
  expect(readOptions(long)).toEqual(expected);
  expect(readOptions(short)).toEqual(expected);
});

test('without options one user posts to this machine until it is told to stop', () => {
  expect(readOptions([])).toEqual({
    host: new URL('http://localhost:8000'),
    users: 1,
    spawnRate: 1,
    runTimeMs: undefined,
    accepted: undefined,
  });
});

test.each([
  ['90', 90],
  ['30s', 30],
  ['20m', 1200],
  ['1h30m', 5400],
  ['1h1m1s', 3661],
])('--run-time=%s is so many seconds', (text, seconds) => {
  expect(readOptions([`--run-time=${text}`]).runTimeMs).toBe(seconds * 1000);
});

test.each([
  ['--users=0', '--users'],
  ['--users=2.5', '--users'],
  ['--users=many', '--users'],
  ['--spawn-rate=0', '--spawn-rate'],
  ['--run-time=', '--run-time'],
  ['--run-time=soon', '--run-time'],
  ['--host=localhost', '--host'],
  ['--user=1', '--user'],
])('%s is refused by name', (option, name) => {
  expect(() => readOptions([option])).toThrow(name);
});
