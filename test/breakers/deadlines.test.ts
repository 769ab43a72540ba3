import { expect, test } from 'bun:test';
import { Deadlines } from '../../src/breakers/deadlines.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

const onError = (error: unknown) => String(error);
const never = new Promise<string>(() => {});

test('each wait ends when its own time is over, by one timer', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  const ended: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    void deadlines.within(never, () => name, onError).then((value) => ended.push(value));
    await clock.advance(30);
  }
  await clock.advance(9);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual(['a']);
  await clock.advance(30);
  expect(ended).toEqual(['a', 'b']);
  await clock.advance(30);
  expect(ended).toEqual(['a', 'b', 'c']);
});

test('work that ends in time is answered with its value, or with what becomes of its error, and the others keep their time', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  const first = Promise.withResolvers<string>();
  const won = deadlines.within(first.promise, () => 'late', onError);
  await clock.advance(50);
  const other = deadlines.within(never, () => 'late', onError);
  const failed = deadlines.within(Promise.reject<string>(new Error('broken')), () => 'late', onError);
  expect(await failed).toBe('Error: broken');
  first.resolve('done');
  expect(await won).toBe('done');
  let isLate = false;
  void other.then(() => (isLate = true));
  await clock.advance(99);
  expect(isLate).toBe(false);
  await clock.advance(1);
  expect(isLate).toBe(true);
});

test('no timer is left behind', async () => {
  const clock = new FakeClock();
  const timers: string[] = [];
  const counted = {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    after(ms: number, run: () => void) {
      timers.push('set');
      const cancel = clock.after(ms, run);
      return () => {
        timers.push('cleared');
        cancel();
      };
    },
  };
  const deadlines = new Deadlines(counted, 100);
  await Promise.all(
    [1, 2, 3].map((n) =>
      deadlines.within(
        Promise.resolve(n),
        () => 0,
        () => -1,
      ),
    ),
  );
  expect(timers).toEqual(['set', 'cleared']);
});
