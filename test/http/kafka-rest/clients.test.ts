import { describe, expect, test } from 'bun:test';
import { RestPublisher } from '../../../src/drivers/kafka/rest/publisher.ts';
import { recordValue } from '../../../src/message/record-value.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';
import { aMessage } from '../../support/fakes/messages.ts';

/** The driver for Kafka over HTTP is a client of the family, made after the sources of the proxies. */
describe.each(['confluent-v2', 'confluent-v3', 'strimzi'] as const)('a client that speaks %s', (dialect) => {
  test('produces through Spillway as through the proxy that it was made for', async () => {
    const { app, publisher: kafka } = fakeService({ KAFKA_TOPICS: 'orders' });
    using server = Bun.serve({ port: 0, fetch: (request) => app.fetch(request) });
    kafka.answer = ({ key }) => ({ kind: 'published', partition: 1, offset: key === 'a' ? '7' : '8' });
    const publisher = new RestPublisher(
      {
        url: server.url.href,
        dialect,
        probeTopic: 'orders',
        timeoutMs: 5000,
        auth: { kind: 'none' },
        clusterId: undefined,
      },
      systemClock,
    );
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    const messages = ['a', 'b'].map((key) =>
      aMessage({ id: key, topic: 'orders', key, value: `{"${key}": 1.10}` }),
    );
    expect(await publisher.publish(messages)).toMatchObject([
      { kind: 'published', partition: 1, offset: '7' },
      { kind: 'published', partition: 1, offset: '8' },
    ]);
    await publisher.close();
    const written = kafka.calls.flat().map((message) => [message.key, String(recordValue(message))]);
    expect(written).toEqual([
      ['a', '{"a": 1.10}'],
      ['b', '{"b": 1.10}'],
    ]);
  });
});
