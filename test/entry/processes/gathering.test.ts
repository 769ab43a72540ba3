import { beforeEach, expect, test } from 'bun:test';
import { Gathering } from '../../../src/entry/processes/gathering.ts';
import type { MetricsSnapshot } from '../../../src/ops/merged-metrics.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

let clock: FakeClock;
let gathering: Gathering;
let asked: [process: number, id: number][];

beforeEach(() => {
  clock = new FakeClock();
  gathering = new Gathering(clock);
  asked = [];
});

const gather = (...processes: number[]) =>
  gathering.gather(processes, (process, id) => void asked.push([process, id]));
const idOf = (process: number) => asked.findLast(([each]) => each === process)?.[1] ?? Number.NaN;
const answer = (process: number, metrics: MetricsSnapshot, id = idOf(process)) =>
  gathering.answer(process, id, metrics);
const metricsOf = (name: string) => [{ name }] as unknown as MetricsSnapshot;

const [one, two] = [metricsOf('one'), metricsOf('two')];

test('the metrics of all come in the order of the processes, as soon as the last has answered', async () => {
  const all = gather(1, 2);
  answer(2, two);
  answer(1, one);
  expect(await all).toEqual([one, two]);
  expect(clock.timers).toBe(0);
});

test('a process that gives no answer within a second is left out, and its late answer harms nobody', async () => {
  const all = gather(1, 2);
  answer(1, one);
  await clock.advance(1000);
  expect(await all).toEqual([one]);
  answer(2, two);
  const later = gather(1, 2);
  answer(1, one);
  answer(2, two);
  expect(await later).toEqual([one, two]);
});

test('two scrapes at once do not mix their answers', async () => {
  const first = gather(1);
  const firstId = idOf(1);
  const second = gather(1);
  answer(1, two);
  answer(1, one, firstId);
  expect(await Promise.all([first, second])).toEqual([[one], [two]]);
});
