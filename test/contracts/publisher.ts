import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Message } from '../../src/message/message.ts';
import type { Publisher, PublishResult } from '../../src/ports/publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import type { ReadRecord } from '../support/kafka/read-topic.ts';

export interface PublisherUnderTest {
  readonly publisher: Publisher;
  /** Everything that stands in the topic. */
  read(topic: string): Promise<ReadRecord[]>;
  /** Kafka goes away, and comes back. */
  breakKafka(): Promise<void>;
  mendKafka(): Promise<void>;
  close(): Promise<void>;
}

/** Why records of this driver can't carry a part of a message; what is not named they carry. */
export type Lacks = Readonly<
  Partial<Record<'headers' | 'time' | 'null-key' | 'tombstone' | 'partition', string>>
>;

const sorted = (values: readonly (string | null)[]) => values.map(String).toSorted();
const base64Of = (text: string) => Buffer.from(text).toString('base64');

let topics = 0;
const newTopic = () => `contract-${process.pid}-${topics++}`;

/** What every publisher promises. A test that asks less of a driver, for what it lacks, says why in its name. */
export function publisherContract(
  name: string,
  open: () => Promise<PublisherUnderTest>,
  lacks: Lacks = {},
): void {
  const lessFor = (...parts: readonly (keyof Lacks)[]) => {
    const reasons = parts.flatMap((part) => (lacks[part] ? `no ${part}: ${lacks[part]}` : []));
    return reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  };
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

    test(`key, value, headers and time stand in the topic where the result says${lessFor('headers', 'time')}`, async () => {
      const message = aMessage({
        topic: newTopic(),
        key: 'kéy',
        value: '{"n": 1.10, "big": 12345678901234567890, "text": "ü😀"}',
        headers: lacks.headers ? {} : { trace: 'ä', empty: '' },
      });
      const [result] = await published([message]);
      const [record, ...others] = await it.read(message.topic);
      expect(others).toEqual([]);
      expect(record).toEqual({
        partition: result!.partition,
        offset: result!.offset,
        key: message.key,
        value: message.value,
        base64: base64Of(message.value),
        headers: lacks.headers ? {} : { trace: 'ä', empty: '', 'spillway-id': message.id },
        timestamp: lacks.time ? expect.any(String) : String(message.timestamp),
      });
    });

    test('text, bytes and an empty value stand in the topic byte for byte', async () => {
      const topic = newTopic();
      const bytes = Buffer.from([0, 1, 127, 128, 254, 255, 13, 10]).toString('base64');
      const messages = [
        aMessage({ topic, value: '"a \\"quoted\\" \\u00fc"', encoding: 'text' }),
        aMessage({ topic, value: JSON.stringify(bytes), encoding: 'base64' }),
        aMessage({ topic, value: '""', encoding: 'text' }),
        aMessage({ topic, value: '""', encoding: 'base64' }),
        aMessage({ topic, value: '""' }),
      ];
      for (const message of messages) await published([message]);
      const seen = (await it.read(topic)).map(({ base64 }) => base64);
      expect(sorted(seen)).toEqual(sorted([base64Of('a "quoted" ü'), bytes, '', '', base64Of('""')]));
    });

    test(`a record without a value is written, or rejected, alone; never written as something else${lessFor('tombstone')}`, async () => {
      const topic = newTopic();
      const tombstones = (['text', 'base64'] as const).map((encoding) =>
        aMessage({ topic, key: 'gone', value: 'null', encoding }),
      );
      const results = await it.publisher.publish([...tombstones, aMessage({ topic, value: 'null' })]);
      const kinds = lacks.tombstone
        ? ['rejected', 'rejected', 'published']
        : ['published', 'published', 'published'];
      expect(results.map(({ kind }) => kind)).toEqual(kinds as typeof kinds & PublishResult['kind'][]);
      const seen = (await it.read(topic)).map(({ base64 }) => base64);
      const written = lacks.tombstone ? [] : [null, null];
      expect(sorted(seen)).toEqual(sorted([...written, base64Of('null')]));
    });

    test(`a message goes to the partition that it names, or is rejected, alone${lessFor('partition')}`, async () => {
      const topic = newTopic();
      await published([aMessage({ topic, value: '"first"' })]);
      const messages = [
        aMessage({ topic, key: 'k', value: '"named"', partition: 0 }),
        aMessage({ topic, key: 'k', value: '"missing"', partition: 1000 }),
        aMessage({ topic, key: 'k', value: '"free"' }),
      ];
      const results = await it.publisher.publish(messages);
      expect(results.map(({ kind }) => kind)).toEqual([
        lacks.partition ? 'rejected' : 'published',
        'rejected',
        'published',
      ]);
      if (results[0]?.kind === 'published') expect(results[0].partition).toBe(0);
      const seen = (await it.read(topic)).map(({ value }) => value);
      const written = ['"first"', '"free"', ...(lacks.partition ? [] : ['"named"'])];
      expect(seen.toSorted()).toEqual(written.toSorted());
    });

    test(`headers reach Kafka, or their message is rejected, alone; they are never dropped${lessFor('headers')}`, async () => {
      const topic = newTopic();
      const withHeaders = aMessage({ topic, value: '1', headers: { a: 'b' } });
      const [own, neighbour] = await it.publisher.publish([withHeaders, aMessage({ topic, value: '2' })]);
      expect(neighbour!.kind).toBe('published');
      const rejected = { kind: 'rejected', cause: 'invalid' };
      expect(own).toMatchObject(lacks.headers ? rejected : { kind: 'published' });
      const refusal = it.publisher.refusalOf?.(withHeaders);
      if (lacks.headers) expect(refusal).toMatchObject(rejected);
      else expect(refusal).toBeUndefined();
      const seen = (await it.read(topic)).map(({ value, headers }) => [value, headers['a']]);
      expect(new Map(seen as [string, unknown][])).toEqual(
        new Map(
          lacks.headers
            ? [['2', undefined]]
            : [
                ['1', 'b'],
                ['2', undefined],
              ],
        ),
      );
    });

    test('the trace of a request is no reason to reject its message', async () => {
      const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      const [result] = await published([aMessage({ topic: newTopic(), headers })]);
      expect(result!.offset).toBe('0');
    });

    test(`no key is another thing than an empty key${lessFor('null-key')}`, async () => {
      const topic = newTopic();
      await published([
        aMessage({ topic, value: '"none"', key: null }),
        aMessage({ topic, value: '"empty"', key: '' }),
      ]);
      const seen = await it.read(topic);
      expect(new Map(seen.map(({ value, key }) => [value, key]))).toEqual(
        new Map([
          ['"none"', lacks['null-key'] ? '' : null],
          ['"empty"', ''],
        ]),
      );
    });

    test.each([
      ['with keys', (index: number) => `k${index % 40}`],
      ['without keys', () => null],
    ])('of many messages %s in several topics each gets its own result, in order', async (_, keyOf) => {
      const pair = [newTopic(), newTopic()];
      const messages = Array.from({ length: 100 }, (__, index) =>
        aMessage({ topic: pair[index % 2]!, value: `"m${index}"`, key: keyOf(index) }),
      );
      const results = await published(messages);
      const seen = new Map<string, string>();
      for (const topic of pair) {
        for (const { partition, offset, value } of await it.read(topic)) {
          seen.set(`${topic}/${partition}/${offset}`, value);
        }
      }
      const told = results.map(({ partition, offset }, index) =>
        seen.get(`${messages[index]!.topic}/${partition}/${offset}`),
      );
      expect(told).toEqual(messages.map(({ value }) => value));
      expect(seen.size).toBe(100);
    });

    test('the messages of a key stand in one partition, in the order in which they were given', async () => {
      const topic = newTopic();
      const messages = Array.from({ length: 60 }, (_, index) =>
        aMessage({ topic, key: `k${index % 3}`, value: String(index) }),
      );
      // Of a topic that is still to be made, not everyone knows the partitions.
      await published([aMessage({ topic, value: '"first"' })]);
      await published(messages.slice(0, 30));
      await published(messages.slice(30));
      const seen = await it.read(topic);
      for (const key of ['k0', 'k1', 'k2']) {
        const records = seen.filter((record) => record.key === key);
        expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
        const given = messages.filter((message) => message.key === key);
        expect(records.map(({ value }) => value)).toEqual(given.map(({ value }) => value));
      }
    });

    test('many calls at once do not disturb each other', async () => {
      const topic = newTopic();
      const values = Array.from({ length: 50 }, (_, index) => `"c${index}"`);
      const results = await Promise.all(values.map((value) => published([aMessage({ topic, value })])));
      expect(new Set(results.flat().map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(50);
      const seen = await it.read(topic);
      expect(new Set(seen.map(({ value }) => value))).toEqual(new Set(values));
      expect(seen).toHaveLength(50);
    });

    test('nothing to publish is nothing done', async () => {
      expect(await it.publisher.publish([])).toEqual([]);
    });

    test('while Kafka is away it fails by the fault of Kafka, and throws nothing; afterwards it goes on', async () => {
      const topic = newTopic();
      await published([aMessage({ topic, value: '"before"' })]);
      expect(await it.publisher.probe()).toEqual({ kind: 'up' });
      await it.breakKafka();
      for (const result of await it.publisher.publish([aMessage({ topic }), aMessage({ topic })])) {
        expect(result).toMatchObject({ kind: 'failed', blame: 'kafka' });
      }
      expect(await it.publisher.probe()).toMatchObject({ kind: 'down' });
      await it.mendKafka();
      expect(await it.publisher.probe()).toEqual({ kind: 'up' });
      await published([aMessage({ topic, value: '"after"' })]);
      const values = (await it.read(topic)).map(({ value }) => value);
      expect(values).toContain('"before"');
      expect(values).toContain('"after"');
    }, 120_000);
  });
}
