import { beforeEach, describe, expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import type { Attempt } from '../../../../../src/drivers/store/redis/verbs/attempt.ts';
import { RedisList } from '../../../../../src/drivers/store/redis/verbs/list.ts';
import type { Send } from '../../../../../src/drivers/store/redis/scripts/script.ts';
import { value } from '../../../../contracts/value.ts';
import { describeReal, realRedis } from '../../../../support/process/services.ts';

const QUEUE = 'fallback:message_queue';
const TAG = `{${QUEUE}}`;
const LARGE = 900_000;
/** What one command may move: a megabyte, or one entry, or one batch of a worker. */
const MOST = 2 * LARGE;
const RULE = { maxAttempts: 10, reason: 'Poison' };

const entryOf = (index: number) => `{"parkedAt":1000,"key":"${index}","value":"${'x'.repeat(LARGE)}"}`;

const keysOf = (entries: readonly string[]) => entries.map((entry) => /"key":"(\d+)"/.exec(entry)?.[1]);

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describeReal('one command to Redis does a bounded amount of work:', ['redis'], () => {
  let client: Redis;
  let list: RedisList;
  /** Bytes that each command moved, and those that it answered. */
  let moved: number[];
  let answered: number[];
  let failsAfter: number;
  let watches: boolean;

  beforeEach(async () => {
    const redis = await realRedis();
    await redis.flush();
    client = redis.client();
    [moved, answered, failsAfter, watches] = [[], [], Infinity, true];
    const bytesOf = async () => {
      const [entries, letters] = await Promise.all([
        client.lrange(QUEUE, 0, -1),
        client.zrange(`${TAG}:dead-letters`, '0', '-1'),
      ]);
      return { list: entries.join('').length, letters: letters.join('').length };
    };
    const send: Send = async (command, ...args) => {
      if (failsAfter-- <= 0) throw new Error('Gone');
      if (!watches) return client.call(command, ...args.map(String));
      const before = await bytesOf();
      const reply: unknown = await client.call(command, ...args.map(String));
      const after = await bytesOf();
      moved.push(Math.max(Math.abs(after.list - before.list), Math.abs(after.letters - before.letters)));
      answered.push(JSON.stringify(reply).length);
      return reply;
    };
    const attempt: Attempt = async (verb) => {
      try {
        return { kind: 'done', value: await verb(send) };
      } catch (error) {
        return { kind: 'failed', reason: (error as Error).message };
      }
    };
    list = new RedisList(attempt);
  });

  async function bury(count: number): Promise<string[]> {
    const ids = numbers(count).map((index) => String(1_700_000_000_000_000 + index));
    for (const [index, id] of ids.entries()) {
      const letter = { id, entry: entryOf(index), reason: 'Bad', attempts: 1, at: 1 };
      await client.zadd(`${TAG}:dead-letters`, id, JSON.stringify(letter));
    }
    return ids;
  }

  const waiting = async () => keysOf((await client.lrange(QUEUE, 0, -1)).toReversed());

  describe.each(['all', 'by their ids'])('large dead letters, %s,', (how) => {
    const which = (ids: string[]) => (how === 'all' ? ('all' as const) : ids);

    test('are requeued', async () => {
      const ids = await bury(8);
      expect(value(await list.requeue(which(ids)))).toBe(8);
      expect(Math.max(...moved)).toBeLessThan(MOST);
      expect(await waiting()).toEqual(numbers(8).map(String));
    });

    test('are requeued in the order of their keys', async () => {
      const ids = await bury(8);
      expect(value(await list.requeue(which(ids), () => 'key'))).toBe(8);
      expect(Math.max(...moved, ...answered)).toBeLessThan(MOST);
      expect(await waiting()).toEqual(numbers(8).map(String));
      expect(await client.hgetall(`${TAG}:order`)).toEqual({ key: '8' });
    });

    test('are discarded', async () => {
      const ids = await bury(8);
      expect(value(await list.discard(which(ids)))).toBe(8);
      expect(Math.max(...moved)).toBeLessThan(MOST);
    });

    test('are requeued once, if Redis goes away in between and is asked again', async () => {
      const ids = await bury(8);
      failsAfter = 4;
      const reply = await list.requeue(which(ids));
      const before = (await waiting()).length;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(8);
      expect(reply).toMatchObject({ kind: 'failed', doneBefore: before });
      failsAfter = Infinity;
      expect(value(await list.requeue(which(ids)))).toBe(8 - before);
      expect(await waiting()).toEqual(numbers(8).map(String));
    });
  });

  test('a page of large dead letters is read', async () => {
    const ids = await bury(8);
    expect(value(await list.deadLetters({ limit: 6 })).map(({ id }) => id)).toEqual(ids.slice(0, 6));
    expect(value(await list.deadLetters({ limit: 6, after: ids[5] })).map(({ id }) => id)).toEqual(
      ids.slice(6),
    );
    expect(Math.max(...answered)).toBeLessThan(MOST);
  });

  test('the batches of many dead workers are put back, the oldest at the head', async () => {
    for (const index of numbers(8)) {
      await client.lpush(`${TAG}:p:b${index}`, entryOf(index));
      await client.zadd(`${TAG}:leases`, 1000 + index, `b${index}`);
    }
    expect(value(await list.reap(RULE))).toEqual({ returned: 8, dead: 0 });
    expect(Math.max(...moved)).toBeLessThan(MOST + LARGE);
    expect(await waiting()).toEqual(numbers(8).map(String));
  });

  const measured = async () => Number(await client.hget(`${TAG}:size`, 'entries'));

  test.each([
    ['large', 60, LARGE],
    ['small', 50_000, 10],
  ])(
    '%s entries that nobody has measured are, and meanwhile their bytes are estimated',
    async (_, count, size) => {
      watches = false;
      const entries = numbers(count).map((index) => String(index).padEnd(size));
      for (let from = 0; from < count; from += 1000)
        await client.lpush(QUEUE, ...entries.slice(from, from + 1000));
      const asks = async (maxBytes: number) => value(await list.park([], { maxBytes }));
      const total = count * size;
      expect(await asks(total * 0.9)).toBe('full');
      expect(await asks(total * 1.1)).toBe('parked');
      expect(await measured()).toBeGreaterThan(0);
      expect(await measured()).toBeLessThan(count);
      expect(value(await list.park(['x'], { maxBytes: total * 1.1 }))).toBe('parked');
      value(await list.claim({ batch: 'b', maxCount: 2, maxBytes: 2 * LARGE, leaseMs: 60_000 }));
      value(await list.settle('b', [{ kind: 'done' }, { kind: 'defer' }]));
      for (let asked = 0; (await measured()) < count; asked++) {
        expect(asked).toBeLessThan(20);
        await asks(total * 1.1);
      }
      expect(await client.hgetall(`${TAG}:size`)).toEqual({
        entries: String(count),
        bytes: String(total - size + 1),
      });
    },
  );
});
