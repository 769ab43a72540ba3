import { expect, test } from 'bun:test';
import { DrainReport } from '../../src/ops/drain-report.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';

function setup() {
  const clock = new FakeClock();
  const log = new FakeLog();
  const store = new FaultyStore(clock);
  return { clock, log, store, report: new DrainReport({ list: store.list, clock, log }) };
}

test('a drain is told once it is over, with its messages and its time', async () => {
  const { clock, log, report } = setup();
  for (let second = 0; second <= 20; second++) {
    report.published(2);
    await clock.advance(1000);
  }
  await clock.advance(60_000);
  expect(log.lines).toEqual(['INFO Backfill finished: 42 messages in 20.0 s']);
});

test('a long one is told of every half minute', async () => {
  const { clock, log, report } = setup();
  for (let second = 0; second < 65; second++) {
    report.published(1);
    await clock.advance(1000);
  }
  expect(log.lines).toEqual([
    'INFO Backfill progress: 31 messages in 30.0 s',
    'INFO Backfill progress: 61 messages in 60.0 s',
  ]);
});

test('one that ends although messages wait is no finished one', async () => {
  const { clock, log, report, store } = setup();
  store.contents.append(['x', 'y']);
  report.published(5);
  await clock.advance(10_000);
  expect([log.lines, log.fields]).toEqual([['INFO Backfill paused: 5 messages in 0.0 s'], [{ waiting: 2 }]]);
});

test('one whose list does not answer is told all the same', async () => {
  const { clock, log, report, store } = setup();
  store.fault = { kind: 'failed', reason: 'gone' };
  report.published(5);
  await clock.advance(10_000);
  expect(log.lines).toEqual(['INFO Backfill paused: 5 messages in 0.0 s']);
});

test('messages that trickle through the list are no flood of lines', async () => {
  const { clock, log, report } = setup();
  for (let count = 0; count < 100; count++) {
    report.published(1);
    await clock.advance(600);
  }
  expect(log.lines.length).toBeLessThan(3);
});

test('a drain that a stop cuts short is told at the stop', async () => {
  const { log, report, clock } = setup();
  report.published(3);
  await report.end();
  await report.end();
  expect(log.lines).toEqual(['INFO Backfill finished: 3 messages in 0.0 s']);
  expect(clock.timers).toBe(0);
});
