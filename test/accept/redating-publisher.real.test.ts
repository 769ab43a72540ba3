import { expect, test } from 'bun:test';
import { RedatingPublisher } from '../../src/accept/redating-publisher.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { openKafkaJs } from '../support/kafka/open-kafkajs.ts';
import { describeReal, realKafka } from '../support/process/services.ts';

const HOUR = 3_600_000;

describeReal('with a real Kafka that refuses old timestamps, a message', ['kafka'], () => {
  test('is dated anew if its client left it undated, however large the batch, and else rejected', async () => {
    const kafka = await realKafka();
    await kafka.createTopic('young', { config: { 'message.timestamp.before.max.ms': String(HOUR) } });
    const driver = openKafkaJs(kafka.brokers);
    const publisher = new RedatingPublisher(driver, systemClock);
    const old = Date.now() - 2 * HOUR;
    const parked = Array.from({ length: 300 }, (_, index) =>
      aMessage({ topic: 'young', id: `m${index}`, timestamp: old, undated: true }),
    );
    const results = await publisher.publish(parked.slice(0, 10));
    results.push(...(await publisher.publish(parked.slice(10))));
    expect(results.filter(({ kind }) => kind !== 'published')).toEqual([]);
    const dated = aMessage({ topic: 'young', timestamp: old });
    expect(await publisher.publish([dated])).toMatchObject([{ kind: 'rejected', cause: 'timestamp' }]);
    const records = await kafka.read('young');
    expect(records).toHaveLength(300);
    expect(Math.min(...records.map(({ timestamp }) => Number(timestamp)))).toBeGreaterThan(Date.now() - HOUR);
    await driver.close();
  }, 60_000);

  test('is not called invalid for the clock of this host, which is two hours ahead', async () => {
    const kafka = await realKafka();
    const driver = openKafkaJs(kafka.brokers);
    const publisher = new RedatingPublisher(driver, {
      ...systemClock,
      wallTime: () => Date.now() + 2 * HOUR,
    });
    const message = aMessage({ topic: 'ahead', timestamp: Date.now() + 2 * HOUR, undated: true });
    expect(await publisher.publish([message])).toMatchObject([{ kind: 'failed', blame: 'topic' }]);
    await driver.close();
  }, 60_000);
});
