import { describe, expect, test } from 'bun:test';
import type { Message } from '../../src/message/message.ts';
import { orderKeyOf } from '../../src/message/order-key.ts';
import { publishInOrder } from '../../src/accept/publish-in-order.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { Random } from '../support/fakes/seeded-random.ts';

const BEHIND = { kind: 'refused', because: 'behind', retryInMs: 0 };
const OPEN: PublishResult = { kind: 'refused', because: 'open', retryInMs: 7 };
const REJECTED: PublishResult = { kind: 'rejected', cause: 'invalid', reason: 'Bad' };

/** As in `a1`: the first message of key a; `-1` has no key. */
const toMessage = (id: string) => aMessage({ id, key: id.startsWith('-') ? null : (id[0] ?? '') });
const toMessages = (ids: string) => ids.split(' ').map(toMessage);

function setup(answers: Record<string, PublishResult> = {}) {
  const publisher = new FakePublisher();
  publisher.answer = ({ id }) => answers[id] ?? PUBLISHED;
  const publish = (messages: readonly Message[]) => publisher.publish(messages);
  const waves = () => publisher.calls.map((call) => call.map(({ id }) => id).join(' '));
  return { publisher, publish, waves };
}

describe('publishInOrder', () => {
  test('none is sent before the earlier ones of its key are acknowledged; without a key all go at once', async () => {
    const { publish, waves } = setup();
    const results = await publishInOrder(toMessages('a1 b1 a2 -1 c1 a3 b2 -2'), publish);
    expect(waves()).toEqual(['a1 b1 -1 c1 -2', 'a2 b2', 'a3']);
    expect(results).toEqual(Array.from({ length: 8 }, () => PUBLISHED));
  });

  test('the same key of another topic is another key', async () => {
    const { publish, waves } = setup();
    await publishInOrder(
      [aMessage({ id: '1', key: 'k' }), aMessage({ id: '2', key: 'k', topic: 't' })],
      publish,
    );
    expect(waves()).toEqual(['1 2']);
  });

  test('behind one that failed, none of its key is sent; the others go on', async () => {
    const { publish, waves } = setup({ a2: KAFKA_DOWN });
    const results = await publishInOrder(toMessages('a1 a2 a3 a4 b1 b2 b3'), publish);
    expect(waves()).toEqual(['a1 b1', 'a2 b2', 'b3']);
    expect(results as unknown).toEqual([
      PUBLISHED,
      KAFKA_DOWN,
      BEHIND,
      BEHIND,
      PUBLISHED,
      PUBLISHED,
      PUBLISHED,
    ]);
  });

  test('what was refused for an open circuit is, for those behind it, the reason too', async () => {
    const { publish, waves } = setup({ a1: OPEN });
    expect(await publishInOrder(toMessages('a1 a2'), publish)).toEqual([OPEN, OPEN]);
    expect(waves()).toEqual(['a1']);
  });

  test('behind one that can never be published its key goes on', async () => {
    const { publish } = setup({ a1: REJECTED });
    expect(await publishInOrder(toMessages('a1 a2'), publish)).toEqual([REJECTED, PUBLISHED]);
  });

  test('of a key that is held none is sent', async () => {
    const { publish, waves } = setup();
    const held = new Set([orderKeyOf(toMessage('a1')) ?? '']);
    const results = await publishInOrder(toMessages('a1 a2 b1'), publish, { held });
    expect(results as unknown).toEqual([BEHIND, BEHIND, PUBLISHED]);
    expect(waves()).toEqual(['b1']);
  });

  test('once it may not go on no other wave is sent', async () => {
    const { publish, waves } = setup();
    let left = 2;
    const mayGoOn = () => left-- > 0;
    const results = await publishInOrder(toMessages('a1 a2 a3 a4 b1'), publish, { mayGoOn });
    expect(waves()).toEqual(['a1 b1', 'a2']);
    expect(results as unknown).toEqual([PUBLISHED, PUBLISHED, BEHIND, BEHIND, PUBLISHED]);
  });

  test('a message whose result the publisher forgot holds up its key', async () => {
    const { publisher, waves } = setup();
    const results = await publishInOrder(toMessages('a1 a2'), async (messages) => {
      await publisher.publish(messages);
      return [];
    });
    expect(waves()).toEqual(['a1']);
    expect(results).toMatchObject([{ kind: 'failed', maybeWritten: true }, BEHIND]);
  });

  test('whatever fails, of each key a beginning is published, and in order', async () => {
    const random = new Random(7);
    for (let round = 0; round < 300; round++) {
      const ids = Array.from({ length: 30 }, (_, index) => `${random.pick(['a', 'b', 'c'])}${index}`);
      const { publisher, publish } = setup();
      publisher.answer = () => (random.chance(0.1) ? KAFKA_DOWN : PUBLISHED);
      const results = await publishInOrder(ids.map(toMessage), publish);
      for (const key of ['a', 'b', 'c']) {
        const own = ids.filter((id) => id.startsWith(key));
        const sent = publisher.calls
          .flatMap((call) => call.map(({ id }) => id))
          .filter((id) => id.startsWith(key));
        expect(sent).toEqual(own.slice(0, sent.length));
        const published = own.filter((id) => results[ids.indexOf(id)]?.kind === 'published');
        expect(published).toEqual(own.slice(0, published.length));
        expect(sent.length - published.length).toBeLessThanOrEqual(1);
      }
    }
  });
});
