import { expect, test } from 'bun:test';
import { aMessage } from '../fakes/messages.ts';
import { freePort } from '../process/free-port.ts';
import { openKafkaJs } from '../kafka/open-kafkajs.ts';
import { Proxy } from './tcp-proxy.ts';
import { describeReal, ownKafka } from '../process/services.ts';

describeReal('a proxy in front of Kafka', ['kafka'], () => {
  test('carries all that a client sends, fails on command, and carries it again', async () => {
    const [port, advertisedPort] = [await freePort(), await freePort()];
    const proxy = await Proxy.start({ target: port, port: advertisedPort });
    const kafka = await ownKafka({ port, advertisedPort });
    const publisher = openKafkaJs(`127.0.0.1:${advertisedPort}`, { timeoutMs: 1000, probeTopic: 'a' });
    const publish = async (id: string) => {
      const [result] = await publisher.publish([aMessage({ topic: 'a', id })]);
      return result?.kind;
    };
    const faults: Record<string, () => void> = {
      cut: () => proxy.cut(),
      truncated: () => proxy.truncateNext(10),
      swallowed: () => proxy.blackhole(),
      refused: () => proxy.refuse(),
    };
    await kafka.createTopic('a');
    expect(await publish('before')).toBe('published');
    for (const [name, fail] of Object.entries(faults)) {
      fail();
      const during = await publish(name);
      // A connection that breaks is replaced, and the call tried again on the new one.
      expect([name, during]).toEqual([name, ['cut', 'truncated'].includes(name) ? 'published' : 'failed']);
      proxy.pass();
      await proxy.listen();
      expect([name, await publish(`after ${name}`)]).toEqual([name, 'published']);
    }
    const ids = (await kafka.read('a')).map(({ headers }) => headers['spillway-id']);
    expect(ids).toEqual(
      expect.arrayContaining(['before', ...Object.keys(faults).map((name) => `after ${name}`)]),
    );
    await publisher.close();
    await kafka.stop();
    proxy.close();
  }, 60_000);
});
