import { expect, test } from 'bun:test';
import { publisherContract } from '../../../contracts/publisher.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { openKafkaJs } from '../../../support/kafka/open-kafkajs.ts';
import { describeReal, ownKafka, realKafka } from '../../../support/process/services.ts';
import { until } from '../../../support/process/wait.ts';

describeReal('kafka/kafkajs', ['kafka'], () => {
  publisherContract('kafka/kafkajs', async () => {
    const kafka = await ownKafka();
    const publisher = openKafkaJs(kafka.brokers);
    return {
      publisher,
      read: (topic) => kafka.read(topic),
      breakKafka: () => kafka.kill(),
      mendKafka: () => kafka.start(),
      async close() {
        await publisher.close();
        await kafka.stop();
      },
    };
  });

  test.each(['gzip', 'zstd'] as const)(
    'what is compressed by %s reaches its consumers as it was',
    async (compression) => {
      const kafka = await realKafka();
      const publisher = openKafkaJs(kafka.brokers, { compression });
      const topic = `compressed-${compression}`;
      const messages = Array.from({ length: 200 }, (_, index) =>
        aMessage({ topic, id: `${index}`, key: `k${index}`, value: `"${'ü'.repeat(300)}${index}"` }),
      );
      const results = await publisher.publish(messages);
      expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['published']));
      const values = new Map(
        (await kafka.read(topic)).map(({ headers, value }) => [headers['spillway-id'], value]),
      );
      expect(values).toEqual(new Map(messages.map(({ id, value }) => [id, value])));
      await publisher.close();
    },
    60_000,
  );

  test('a record that is too large is rejected alone, and its neighbours are published', async () => {
    const kafka = await realKafka();
    await kafka.createTopic('small', { partitions: 1, config: { 'max.message.bytes': '2000' } });
    const publisher = openKafkaJs(kafka.brokers);
    const values = ['1', '2', `"${'x'.repeat(3000)}"`, '4', '5'];
    const results = await publisher.publish(
      values.map((value, index) => aMessage({ topic: 'small', value, id: `${index}` })),
    );
    expect(results.map(({ kind }) => kind)).toEqual([
      'published',
      'published',
      'rejected',
      'published',
      'published',
    ]);
    expect(results[2]).toMatchObject({ cause: 'too-large' });
    expect((await kafka.read('small')).map(({ value }) => value)).toEqual(['1', '2', '4', '5']);
    await publisher.close();
  }, 60_000);

  test('what one topic refuses does not touch its neighbour in the same call', async () => {
    const kafka = await realKafka();
    await kafka.createTopic('compacted', { partitions: 1, config: { 'cleanup.policy': 'compact' } });
    const publisher = openKafkaJs(kafka.brokers);
    const [keyless, fine] = await publisher.publish([
      aMessage({ topic: 'compacted', key: null }),
      aMessage({ topic: 'fine' }),
    ]);
    expect(keyless).toMatchObject({ kind: 'rejected', cause: 'invalid' });
    expect(fine?.kind).toBe('published');
    await publisher.close();
  }, 60_000);

  test('a probe leaves alone what is in flight', async () => {
    const kafka = await realKafka();
    await kafka.createTopic('messages');
    const kinds = [];
    for (let round = 0; round < 20; round++) {
      const publisher = openKafkaJs(kafka.brokers);
      const [[result], probe] = await Promise.all([publisher.publish([aMessage()]), publisher.probe()]);
      kinds.push(result?.kind, probe.kind);
      await publisher.close();
    }
    expect(kinds).toEqual(kinds.map((_, index) => (index % 2 === 0 ? 'published' : 'up')));
  }, 60_000);

  test('memory stays flat while Kafka is frozen, however much is published', async () => {
    const kafka = await ownKafka();
    const publisher = openKafkaJs(kafka.brokers, { maxPendingBytes: 5_000_000, timeoutMs: 400 });
    const messages = Array.from({ length: 50 }, () => aMessage({ value: `"${'x'.repeat(20_000)}"` }));
    await publisher.publish(messages);
    await kafka.pause();
    const load = async (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end) {
        void publisher.publish(messages);
        await Bun.sleep(5);
      }
      Bun.gc(true);
      return process.memoryUsage.rss();
    };
    const before = await load(1000);
    expect((await load(2000)) - before).toBeLessThan(60_000_000);
    await kafka.resume();
    await until('all are settled', () => publisher.stats.pendingBytes === 0);
    await publisher.close();
    await kafka.stop();
  }, 60_000);

  test('a broker that nobody listens on fails at once, and is not written to', async () => {
    const publisher = openKafkaJs('127.0.0.1:1');
    const [result] = await publisher.publish([aMessage()]);
    expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
    await publisher.close();
  });
});
