import { describe, expect, test } from 'bun:test';
import { aMessage } from '../../../support/fakes/messages.ts';
import {
  setup,
  sentIn,
  valuesIn,
  acknowledge,
  many,
  redpanda,
  callOf,
  OFFSETS,
  LATE,
  BEHIND,
} from '../../../support/kafka/rest-proxy/scripted-publisher.ts';

describe('the messages of a call', () => {
  test('share a request for each topic', async () => {
    const { proxy, publisher } = setup();
    const messages = many(10, (index) => ({ topic: `t${index % 2}` }));
    expect(await publisher.publish(messages)).toMatchObject(OFFSETS(10));
    expect(proxy.seen.map(({ url }) => new URL(url).pathname)).toEqual(['/topics/t0', '/topics/t1']);
  });

  test('go in several requests where they are many or large, one after the other', async () => {
    let open = 0;
    const { proxy, publisher } = setup(async (call) => {
      expect(++open).toBe(1);
      await Promise.resolve();
      open--;
      return acknowledge(call, 0);
    });
    expect(await publisher.publish(many(1200))).toMatchObject(OFFSETS(1200));
    expect(proxy.seen.map(({ body }) => sentIn(body).length)).toEqual([500, 500, 200]);
    proxy.seen.length = 0;
    const large = many(4, () => ({ headers: { large: 'x'.repeat(250_000) } }));
    expect(await publisher.publish(large)).toMatchObject(OFFSETS(4));
    expect(proxy.seen.map(({ body }) => sentIn(body).length)).toEqual([2, 2]);
  });

  test('behind a request that failed are not tried', async () => {
    const { proxy, publisher } = setup((call, index) =>
      index === 0 ? acknowledge(call, 0) : new Response('', { status: 502 }),
    );
    const results = await publisher.publish(many(1200));
    expect(results.slice(0, 500)).toMatchObject(OFFSETS(500));
    expect(results.slice(500, 1000)).toMatchObject(Array.from({ length: 500 }, () => LATE));
    expect(results.slice(1000)).toMatchObject(Array.from({ length: 200 }, () => BEHIND));
    expect(proxy.seen).toHaveLength(2);
  });

  test('that share a request share its vote', async () => {
    const { publisher } = setup(() => new Response('', { status: 502 }));
    const [one, two] = await publisher.publish(many(2));
    const [other] = await publisher.publish(many(1));
    expect(callOf(one)).toBeDefined();
    expect(callOf(two)).toBe(callOf(one));
    expect(callOf(other)).not.toBe(callOf(one));
  });
});

describe('a record that is refused', () => {
  test('for the size of its request goes alone in the end, and its neighbours are published', async () => {
    const { publisher } = setup((call) =>
      call.body.length > 900 ? new Response('<html>413</html>', { status: 413 }) : acknowledge(call, 0),
    );
    const messages = many(8, (index) => (index === 5 ? { headers: { large: 'x'.repeat(1000) } } : {}));
    const results = await publisher.publish(messages);
    expect(results[5]).toMatchObject({ kind: 'rejected', cause: 'too-large' });
    expect(results.toSpliced(5, 1)).toMatchObject(OFFSETS(8).toSpliced(5, 1));
  });

  test('as malformed waits alone, and is nobody else’s fault', async () => {
    const { publisher } = setup((call) =>
      valuesIn(call.body).includes(3) ? new Response('{}', { status: 422 }) : acknowledge(call, 0),
    );
    const results = await publisher.publish(many(8));
    expect(results[3]).toMatchObject({ kind: 'failed', blame: 'topic', maybeWritten: false });
    expect(results.toSpliced(3, 1)).toMatchObject(OFFSETS(8).toSpliced(3, 1));
  });

  test('takes its batch down once only: the others are sent again without it', async () => {
    const message =
      'Failed to append record because it was part of a batch which had one more more invalid records';
    const { proxy, publisher } = setup((call, index) => {
      if (index > 0) return acknowledge(call, 0);
      const invalid = {
        error_code: 500,
        message: 'Compacted topic cannot accept message without key in t-0.',
      };
      return Response.json({
        offsets: [{ error_code: 500, message }, invalid, { error_code: 500, message }],
      });
    });
    const results = await publisher.publish(many(3));
    expect(results).toMatchObject([{ offset: '0' }, { kind: 'rejected', cause: 'invalid' }, { offset: '2' }]);
    expect(proxy.seen.map(({ body }) => valuesIn(body))).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
  });

  test('for another one’s sake again and again is not tried for ever', async () => {
    const message =
      'Failed to append record because it was part of a batch which had one more more invalid records';
    const { proxy, publisher } = setup(() => Response.json({ offsets: [{ error_code: 500, message }] }));
    expect(await publisher.publish(many(1))).toMatchObject([
      { kind: 'failed', blame: 'topic', maybeWritten: false },
    ]);
    expect(proxy.seen).toHaveLength(2);
  });
});

describe('redpanda', () => {
  test('gets a request for each key', async () => {
    const { proxy, publisher } = setup(redpanda, { dialect: 'redpanda' });
    const messages = many(6, (index) => ({ key: `k${index % 2}` }));
    expect(await publisher.publish(messages)).toMatchObject([
      { offset: '0' },
      { offset: '1' },
      { offset: '1' },
      { offset: '2' },
      { offset: '2' },
      { offset: '3' },
    ]);
    expect(proxy.seen.map(({ body }) => valuesIn(body))).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  test('gets what has no key in one partition, which another one has found to be there', async () => {
    const { proxy, publisher } = setup(redpanda, { dialect: 'redpanda' });
    await publisher.publish(many(3, () => ({ key: null })));
    const results = await publisher.publish(many(3, () => ({ key: '' })));
    expect(results).toMatchObject([{ partition: 4 }, { partition: 4 }, { partition: 4, offset: '2' }]);
    const partitions = proxy.seen.map(({ body }) => sentIn(body).map(({ partition }) => partition));
    expect(partitions).toEqual([[undefined], [0, 0], [undefined], [4, 4]]);
  });

  test('is not flooded, however many keys there are', async () => {
    let open = 0;
    let most = 0;
    const { publisher } = setup(
      async (call) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        return redpanda(call, 0);
      },
      { dialect: 'redpanda' },
    );
    const messages = many(200, (index) => ({ key: `k${index}` }));
    expect(await publisher.publish(messages)).toMatchObject(OFFSETS(200));
    expect(most).toBe(32);
  });

  test('finds out which record is too large, where it is certain', async () => {
    const tooLarge = Response.json.bind(Response, {
      offsets: [{ partition: 0, error_code: 10, offset: -1 }],
    });
    const { publisher } = setup((call) => (call.body.length > 1_000_000 ? tooLarge() : redpanda(call, 0)), {
      dialect: 'redpanda',
    });
    const value = `"${'x'.repeat(1_200_000)}"`;
    expect(
      await publisher.publish([aMessage({ key: 'k', value }), aMessage({ key: 'k', value: '5' })]),
    ).toMatchObject([
      { kind: 'rejected', cause: 'too-large' },
      { kind: 'published', offset: '5' },
    ]);
  });
});

test('what is not text is rejected, and its neighbours are published', async () => {
  const { publisher } = setup();
  const wrong = aMessage({ headers: { a: 1 as unknown as string } });
  expect(await publisher.publish([wrong, ...many(1)])).toMatchObject([
    { kind: 'rejected', cause: 'invalid' },
    { kind: 'published' },
  ]);
});
