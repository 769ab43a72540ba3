import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Message } from '../../src/accept/message.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import { aMessage } from '../support/fakes.ts';
import type { ReadRecord } from '../support/kafka-read.ts';

export interface PublisherUnderTest {
  readonly publisher: Publisher;
  /** Everything that stands in the topic. */
  read(topic: string): Promise<ReadRecord[]>;
  /** Kafka goes away, and comes back. */
  breakKafka(): Promise<void>;
  mendKafka(): Promise<void>;
  close(): Promise<void>;
}

let topics = 0;
const newTopic = () => `contract-${process.pid}-${topics++}`;

/** What every publisher promises. */
export function publisherContract(name: string, open: () => Promise<PublisherUnderTest>): void {
  describe(`${name} keeps the publisher's contract:`, () => {
    let it: PublisherUnderTest;
    beforeAll(async () => {
      it = await open();
    }, 120_000);
    afterAll(() => it.close());

    async function published(messages: readonly Message[]) {
      const results = await it.publisher.publish(messages);
      return results.map((result) => {
        if (result.kind !== 'published') throw new Error(`Not published: ${JSON.stringify(result)}`);
        return result;
      });
    }

    test('key, value, headers and time stand in the topic where the result says', async () => {
      const message = aMessage({
        topic: newTopic(),
        key: 'kéy',
        value: '{"n": 1.10, "big": 12345678901234567890, "text": "ü😀"}',
        headers: { trace: 'ä', empty: '' },
      });
      const [result] = await published([message]);
      const [record, ...others] = await it.read(message.topic);
      expect(others).toEqual([]);
      expect(record).toEqual({
        partition: result!.partition,
        offset: result!.offset,
        key: message.key,
        value: message.value,
        headers: { trace: 'ä', empty: '', 'spillway-id': message.id },
        timestamp: String(message.timestamp),
      });
    });

    test('no key is another thing than an empty key', async () => {
      const topic = newTopic();
      await published([
        aMessage({ topic, id: 'none', key: null }),
        aMessage({ topic, id: 'empty', key: '' }),
      ]);
      const seen = await it.read(topic);
      expect(new Map(seen.map(({ headers, key }) => [headers['spillway-id'], key]))).toEqual(
        new Map([
          ['none', null],
          ['empty', ''],
        ]),
      );
    });

    test('of many messages in several topics each gets its own result, in order', async () => {
      const pair = [newTopic(), newTopic()];
      const messages = Array.from({ length: 100 }, (_, index) =>
        aMessage({ topic: pair[index % 2]!, id: `m${index}`, key: `k${index}` }),
      );
      const results = await published(messages);
      const seen = new Map<string, string | undefined>();
      for (const topic of pair) {
        for (const { partition, offset, headers } of await it.read(topic)) {
          seen.set(`${topic}/${partition}/${offset}`, headers['spillway-id']);
        }
      }
      const told = results.map(({ partition, offset }, index) =>
        seen.get(`${messages[index]!.topic}/${partition}/${offset}`),
      );
      expect(told).toEqual(messages.map(({ id }) => id));
      expect(seen.size).toBe(100);
    });

    test('many calls at once do not disturb each other', async () => {
      const topic = newTopic();
      const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
      const results = await Promise.all(ids.map((id) => published([aMessage({ topic, id })])));
      expect(new Set(results.flat().map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(50);
      const seen = await it.read(topic);
      expect(new Set(seen.map(({ headers }) => headers['spillway-id']))).toEqual(new Set(ids));
      expect(seen).toHaveLength(50);
    });

    test('nothing to publish is nothing done', async () => {
      expect(await it.publisher.publish([])).toEqual([]);
    });

    test('while Kafka is away it fails by the fault of Kafka, and throws nothing; afterwards it goes on', async () => {
      const topic = newTopic();
      await published([aMessage({ topic, id: 'before' })]);
      expect(await it.publisher.probe()).toEqual({ kind: 'up' });
      await it.breakKafka();
      for (const result of await it.publisher.publish([aMessage({ topic }), aMessage({ topic })])) {
        expect(result).toMatchObject({ kind: 'failed', blame: 'kafka' });
      }
      expect(await it.publisher.probe()).toMatchObject({ kind: 'down' });
      await it.mendKafka();
      expect(await it.publisher.probe()).toEqual({ kind: 'up' });
      await published([aMessage({ topic, id: 'after' })]);
      const ids = (await it.read(topic)).map(({ headers }) => headers['spillway-id']);
      expect(ids).toContain('before');
      expect(ids).toContain('after');
    }, 120_000);
  });
}
