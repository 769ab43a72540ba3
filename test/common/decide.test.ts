import { describe, expect, test } from 'bun:test';
import { decideEach } from '../../src/common/decide.ts';

const mustNotBeCalled = () => Promise.reject(new Error('Called'));
const early = (item: string) => (item.startsWith('no') ? `early ${item}` : undefined);

describe('what is decided early or together', () => {
  test('comes in the order of the items, and the rest goes on in one call', async () => {
    const calls: string[][] = [];
    const results = await decideEach(['a', 'no1', 'b', 'no2', 'c'], early, (rest) => {
      calls.push([...rest]);
      return Promise.resolve(rest.map((item) => `late ${item}`));
    });
    expect(results).toEqual(['late a', 'early no1', 'late b', 'early no2', 'late c']);
    expect(calls).toEqual([['a', 'b', 'c']]);
  });

  test('makes no call where nothing is left, or nothing was given', async () => {
    expect(decideEach(['no'], early, mustNotBeCalled)).toEqual(['early no']);
    expect(decideEach([], early, mustNotBeCalled)).toEqual([]);
  });

  test('leaves the place of a result that the call owes empty', async () => {
    const results = await decideEach(['a', 'no', 'b'], early, () => Promise.resolve(['late a']));
    expect(results).toEqual(['late a', 'early no', undefined]);
  });

  test('asks for an early decision once for each item', async () => {
    const asked: string[] = [];
    const once = (item: string) => {
      asked.push(item);
      return early(item);
    };
    await decideEach(['a', 'no'], once, (rest) => Promise.resolve(rest));
    expect(asked).toEqual(['a', 'no']);
  });
});
