import { expect, test } from 'bun:test';
import { Batcher } from '../../../../../src/drivers/store/redis/verbs/batcher.ts';

function setup(maxWeight: number) {
  const runs: string[][] = [];
  const turn = new Batcher((items: readonly string[]) => {
    runs.push([...items]);
    return Promise.resolve(items.map((item) => `${item}!`));
  }, maxWeight);
  return { runs, turn };
}

test('each caller gets the result of its own item, of one run', async () => {
  const { runs, turn } = setup(10);
  expect(await Promise.all(['a', 'b', 'c'].map((item) => turn.do(item)))).toEqual(['a!', 'b!', 'c!']);
  expect(await turn.do('d')).toBe('d!');
  expect(runs).toEqual([['a', 'b', 'c'], ['d']]);
});

test('what is too much for one run is done in several, in order', async () => {
  const { runs, turn } = setup(2);
  await Promise.all(['a', 'b', 'c'].map((item) => turn.do(item)));
  expect(runs).toEqual([['a', 'b'], ['c']]);
});

test('an item that is too heavy by itself runs alone', async () => {
  const { runs, turn } = setup(2);
  await Promise.all([turn.do('a'), turn.do('b', 5), turn.do('c')]);
  expect(runs).toEqual([['a'], ['b'], ['c']]);
});

test('what goes wrong is told to all who wait, and to nobody who comes later', async () => {
  let isBroken = true;
  const turn = new Batcher((items: readonly string[]) => {
    if (isBroken) throw new Error('A bug');
    return Promise.resolve(items);
  }, 10);
  const answers = await Promise.allSettled([turn.do('a'), turn.do('b')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await turn.do('c')).toBe('c');
});
