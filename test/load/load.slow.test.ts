import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSpillway, switchKafka } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';
import { startLoad } from './start.ts';

test('bun run load posts for as long as it is told, counts, and writes down what was accepted', async () => {
  const service = await startSpillway();
  const file = join(tempDir().path, 'ids.txt');
  const load = startLoad([
    `--host=${service.url}`,
    '--users=5',
    '--spawn-rate=50',
    '--run-time=2s',
    `--accepted=${file}`,
  ]);
  expect(await load.ended).toBe(0);
  expect(load.output()).toMatch(
    /^ +1 s, 5 users, +[\d.]+ req\/s, 0 failed, p50 \d+ ms, .*fallback 0 %, 202: /m,
  );
  const [, count] = /^Total: (\d+) requests in .* 0 failed, /m.exec(load.output()) ?? [];
  const ids = readFileSync(file, 'utf8').trim().split('\n');
  expect([ids.length, new Set(ids).size]).toEqual([Number(count), Number(count)]);
  expect(await service.metric('spillway_messages_total{outcome="published"}')).toBe(ids.length);
  await service.end('SIGKILL');
});

test('a ctrl-C ends it with its summary; messages that took the detour were no failures', async () => {
  const service = await startSpillway();
  await switchKafka(service, 'fail');
  const load = startLoad([`--host=${service.url}`, '--users=2', '--spawn-rate=10']);
  await until('a line', () => load.output().includes(' fallback 100 %'));
  load.interrupt();
  expect(await load.ended).toBe(0);
  expect(load.output()).toContain('Total: ');
  await service.end('SIGKILL');
});

test('a request that failed makes the exit code 1, and its reason is counted', async () => {
  const service = await startSpillway({ RATE_LIMIT_MAX: '1', RATE_LIMIT_WINDOW_SECONDS: '60' });
  const refused = startLoad([`--host=${service.url}`, '--users=2', '--run-time=1s']);
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toMatch(/^Total: .* fallback 0 %, 202: 1, 429: \d+$/m);
  await service.end('SIGKILL');
  const alone = startLoad([`--host=${service.url}`, '--run-time=1s']);
  expect(await alone.ended).toBe(1);
  expect(alone.output()).toContain('ECONNREFUSED: ');
});

test('an option that is wrong is named, with the usage', async () => {
  const load = startLoad(['--users=none']);
  expect(await load.ended).toBe(2);
  expect(load.output()).toContain('--users must be a whole number above 0');
  expect(load.output()).toContain('--spawn-rate=N');
});
