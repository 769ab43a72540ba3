import { expect, test } from 'bun:test';
import { RepeatLog } from '../../src/ops/repeat-log.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';

function setup() {
  const clock = new FakeClock();
  const log = new FakeLog();
  const repeat = new RepeatLog(log, clock);
  const told = () => log.lines.map((line, index) => `${line} ${JSON.stringify(log.fields[index])}`);
  return { clock, log, repeat, told };
}

test('a warning is logged at once, and its repeats once a minute, with their count', async () => {
  const { clock, repeat, told } = setup();
  repeat.warning('Failed', { topic: 't', reason: 'missing', entries: 10 });
  for (let second = 0; second < 150; second++) {
    repeat.warning('Failed', { topic: 't', reason: 'missing', entries: 500 });
    await clock.advance(1000);
  }
  expect(told()).toEqual([
    'WARNING Failed {"topic":"t","reason":"missing","entries":10}',
    'WARNING Failed {"topic":"t","reason":"missing","entries":30000}',
    'WARNING Failed {"topic":"t","reason":"missing","entries":30000}',
  ]);
});

test('each topic and each reason has lines of its own', () => {
  const { repeat, log } = setup();
  repeat.error('Failed', { topic: 't', reason: 'missing' });
  repeat.error('Failed', { topic: 'u', reason: 'missing' });
  repeat.error('Failed', { topic: 'u', reason: 'denied' });
  repeat.error('Failed', { topic: 'u', reason: 'denied' });
  expect(log.lines).toHaveLength(3);
});

test('lines without a number of entries are counted themselves', async () => {
  const { clock, repeat, told } = setup();
  for (let count = 0; count < 4; count++) repeat.warning('Lost a lease', { batch: `b${count}` });
  await clock.advance(60_000);
  expect(told()).toEqual(['WARNING Lost a lease {"batch":"b0"}', 'WARNING Lost a lease {"times":3}']);
});

test('after a quiet minute the next one is a first one again', async () => {
  const { clock, repeat, log } = setup();
  repeat.warning('Failed', { id: 'a' });
  await clock.advance(60_000);
  expect(clock.timers).toBe(0);
  repeat.warning('Failed', { id: 'b' });
  expect(log.fields).toEqual([{ id: 'a' }, { id: 'b' }]);
});

test('what was counted is told at the end', () => {
  const { clock, repeat, told } = setup();
  for (let count = 0; count < 3; count++) repeat.error('Poison', { id: `${count}`, reason: 'r', entries: 1 });
  repeat.flush();
  expect(told()).toEqual([
    'ERROR Poison {"id":"0","reason":"r","entries":1}',
    'ERROR Poison {"reason":"r","entries":2}',
  ]);
  expect(clock.timers).toBe(0);
});

test('reasons without an end become one line, and no memory without an end', async () => {
  const { clock, repeat, log } = setup();
  for (let count = 0; count < 10_000; count++) repeat.error('Failed', { reason: `at ${count}`, entries: 1 });
  expect(log.lines.length).toBeLessThan(150);
  await clock.advance(60_000);
  expect(log.fields.at(-1)).toEqual({ entries: 10_000 - log.lines.length + 1 });
});

test('what is no trouble passes as it is', () => {
  const { repeat, log } = setup();
  for (const line of [1, 2]) repeat.info('Started', { line });
  for (const line of [1, 2]) repeat.debug('Batch', { line });
  expect(log.lines).toEqual(['INFO Started', 'INFO Started', 'DEBUG Batch', 'DEBUG Batch']);
});

test('where the runtime ends timers with their request, the next repeat after a minute tells the count', async () => {
  class DeafClock extends FakeClock {
    override after(): () => void {
      return () => {};
    }
  }
  const clock = new DeafClock();
  const log = new FakeLog();
  const repeat = new RepeatLog(log, clock);
  for (const waitMs of [10_000, 10_000, 60_000, 0]) {
    repeat.warning('Failed', { topic: 't', entries: 1 });
    await clock.advance(waitMs);
  }
  expect(log.fields.map(({ entries }) => entries)).toEqual([1, 3]);
});
