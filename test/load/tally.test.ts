import { expect, test } from 'bun:test';
import { Tally } from './tally.ts';

const answer = (status: number | string, ms: number, fallback = false) => ({
  id: 'id',
  status,
  ms,
  fallback,
});

test('a line says how fast, how many failed, how long, how many took the detour, and what was answered', () => {
  const tally = new Tally();
  for (let ms = 1; ms <= 96; ms++) tally.add(answer(202, ms, ms <= 24));
  tally.add(answer(503, 97));
  tally.add(answer(503, 98));
  tally.add(answer(429, 99));
  tally.add(answer('ECONNREFUSED', 100));
  expect(tally.failed).toBe(4);
  expect(tally.line(2).trim()).toBe(
    '50.0 req/s, 4 failed, p50 50 ms, p95 95 ms, p99 99 ms, fallback 25.0 %, ' +
      '202: 96, 429: 1, 503: 2, ECONNREFUSED: 1',
  );
});

test('a second in which nothing was answered is a line as well', () => {
  expect(new Tally().line(1).trim()).toBe('0.0 req/s, 0 failed, p50 - ms, p95 - ms, p99 - ms, fallback - %');
});

test.each([
  [1, 1999, '<0.1'],
  [1999, 1, '>99.9'],
])('%d on the detour and %d not is a share of %s', (detour, direct, share) => {
  const tally = new Tally();
  for (let count = 0; count < detour; count++) tally.add(answer(202, 1, true));
  for (let count = 0; count < direct; count++) tally.add(answer(202, 1));
  expect(tally.line(1)).toContain(`fallback ${share} %`);
});
