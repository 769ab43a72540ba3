import { expect, test } from 'bun:test';
import { openKafkaJs } from '../support/kafka/open-kafkajs.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, stateOf, TEST_MS } from './stage.ts';

describeChaos('where advertised.listeners is out of reach,', ['kafka', 'redis', 'proxy'], (stage) => {
  /** Past the proxy, whose address the broker advertises. */
  const bootstrap = () => ({ KAFKA_BROKERS: stage.kafka.brokers });

  test.each(['refuse', 'blackhole'] as const)(
    'a proxy that does %s: the doctor names the leader, and the circuit stays open',
    async (fault) => {
      const topic = await stage.newTopic();
      stage.proxy[fault]();
      const doctor = openKafkaJs(stage.kafka.brokers, { probeTopic: topic, timeoutMs: 1500 });
      stage.defer(() => doctor.close());
      const named = expect.stringContaining(stage.brokers);
      expect(await doctor.checkTopic(topic)).toEqual({ kind: 'out-of-reach', reason: named });
      expect(await doctor.probe()).toEqual({ kind: 'down', reason: named });

      const service = await stage.start({
        ...bootstrap(),
        KAFKA_TOPIC: topic,
        BACKFILL: 'off',
        PUBLISH_TIMEOUT_MS: '1500',
        KAFKA_BREAKER_FAIL_MAX: '2',
        KAFKA_BREAKER_RESET_TIMEOUT: '0.5',
        KAFKA_BREAKER_TIMEOUT_DURATION: '0.5',
      });
      for (let count = 0; count < 3; count++)
        expect((await service.post({ value: count })).headers.get('X-Fallback-Mode')).toBe('true');
      // Trials by the parked messages, and by a probe after two of them.
      const trials = () => service.output().split('half-open - Testing Kafka connection').length - 1;
      await until('trials were made', () => trials() >= 5, { timeoutMs: 60_000 });
      expect(service.output()).not.toContain('Circuit breaker kafka_producer closed');
      expect(await stateOf(service)).not.toBe(0);

      stage.proxy.pass();
      await stage.proxy.listen();
      await until('the circuit is closed', async () => (await stateOf(service)) === 0);
    },
    TEST_MS,
  );
});
