import { expect, test } from 'bun:test';
import type { Attempt } from '../../../../../src/drivers/store/redis/verbs/attempt.ts';
import { RedisGate } from '../../../../../src/drivers/store/redis/verbs/gate.ts';
import { RedisList } from '../../../../../src/drivers/store/redis/verbs/list.ts';
import { RedisReceipts } from '../../../../../src/drivers/store/redis/verbs/receipts.ts';

/** A Redis that never answers, and keeps what was sent until then. */
function silentRedis() {
  const sent: string[] = [];
  const attempt: Attempt = (verb) => {
    void verb((command) => {
      sent.push(command);
      return new Promise(() => {});
    });
    return new Promise(() => {});
  };
  return { sent, attempt };
}

const ask = (id: string) => ({
  limit: { client: 'c', max: 1, windowMs: 1000 },
  hold: { id, nonce: 'n', ms: 1000 },
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what many requests ask in one turn of the event loop is one command', async () => {
  const { sent, attempt } = silentRedis();
  const gate = new RedisGate(attempt, 'one');
  void gate.admit([ask('a'), ask('b')]);
  void gate.admit([ask('c')]);
  await turn();
  expect(sent).toEqual(['EVALSHA']);
  void gate.admit([ask('d')]);
  await turn();
  expect(sent).toEqual(['EVALSHA', 'EVALSHA']);
});

/** A Redis that says something else than anyone here would have written. */
const answersJunk: Attempt = async (verb) => {
  try {
    return { kind: 'done', value: await verb(() => Promise.resolve([0, 'junk'])) };
  } catch {
    return { kind: 'failed', reason: 'Not understood' };
  }
};

test('a mark that nobody here has written fails the question, and nothing else', async () => {
  const gate = new RedisGate(answersJunk, 'one');
  expect(await gate.admit([{ hold: { id: 'a', nonce: 'n', ms: 1 } }])).toMatchObject({ kind: 'failed' });
});

test('in a cluster limit and id are asked apart, all before the first answer', async () => {
  const { sent, attempt } = silentRedis();
  const gate = new RedisGate(attempt, 'many');
  void gate.admit([ask('a'), ask('b')]);
  void gate.admit([ask('c')]);
  await turn();
  expect(sent).toEqual(Array.from({ length: 6 }, () => 'EVALSHA'));
});

test('what many park in one turn of the event loop is one command', async () => {
  const { sent, attempt } = silentRedis();
  const list = new RedisList(attempt);
  for (let count = 0; count < 3; count++) void list.park(['x', 'y']);
  await turn();
  expect(sent).toEqual(['LPUSH']);
});

test('with the order of keys it is still one command to park, and one to ask', async () => {
  const { sent, attempt } = silentRedis();
  const list = new RedisList(attempt);
  for (let count = 0; count < 3; count++) void list.park(['x', 'y'], undefined, [undefined, `key ${count}`]);
  for (let count = 0; count < 3; count++) void list.parkedKeys(['a', `key ${count}`]);
  await turn();
  expect(sent).toEqual(['EVALSHA', 'HMGET']);
});

test('all receipts are sent before the first answer', () => {
  const { sent, attempt } = silentRedis();
  const published = { id: 'a', status: 'published', topic: 't', partition: 0, offset: '0' } as const;
  void new RedisReceipts(attempt).save([published, { id: 'b', status: 'queued', topic: 't' }, published], 1);
  expect(sent).toEqual(['SET', 'EVALSHA', 'SET']);
});
