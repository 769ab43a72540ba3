import { expect } from 'bun:test';
import { type Answer, type Load, waitOf } from '../support/http/load.ts';

/** Of a client, on a machine that is busy. The figures are printed. */
export const GENEROUS_MS = 2500;

/** The first message that was sent after `at` and published at once. */
export function publishedAfter(load: Load, at: number): Answer | undefined {
  return load.answers.find(({ sentAt, fallback, status }) => sentAt > at && !fallback && status === 202);
}

/**
 * Prints what clients saw of a run, and what became of its messages; `ids` are those of all records. Expects that
 * nothing is lost, that each answer is a 202 and that none took long. Answers the number of duplicates.
 */
export function reportRun(name: string, load: Load, ids: readonly string[], backAt: number): number {
  const [worst = 0, p99] = [waitOf(load.answers, 100), waitOf(load.answers, 99)].map(Math.round);
  const known = new Set(ids);
  const lost = load.accepted.filter((id) => !known.has(id));
  const duplicates = ids.length - known.size;
  const returned = Math.round((publishedAfter(load, backAt)?.sentAt ?? backAt) - backAt);
  console.log(
    `${name}: ${load.answers.length} messages, worst wait ${worst} ms, p99 ${p99} ms, ${lost.length} lost, ${duplicates} duplicates, published again after ${returned} ms`,
  );
  expect(lost).toEqual([]);
  expect(load.answers.filter(({ status }) => status !== 202)).toEqual([]);
  expect(worst).toBeLessThan(GENEROUS_MS);
  return duplicates;
}
