import { beforeEach, expect, test } from 'bun:test';
import { ADMIN_TOKEN, force, type Spillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, stateOf, TEST_MS } from './stage.ts';

/** `circuit_breaker_state`. */
const [CLOSED, OPEN] = [0, 1];

const faultsOf = (service: Spillway) => service.metric('circuit_breaker_failures_total{service="kafka"}');

describeChaos('several processes', ['kafka', 'redis'], (stage) => {
  let topic: string;

  beforeEach(async () => {
    topic = await stage.newTopic();
  });

  const start = (variables: Record<string, string>) =>
    stage.start({
      KAFKA_TOPIC: topic,
      KAFKA_BREAKER_RESET_TIMEOUT: '2',
      KAFKA_BREAKER_TIMEOUT_DURATION: '2',
      ADMIN_TOKEN,
      ...variables,
    });

  test(
    'share an outage that one of them sees: the others open without a failed call, and all come back',
    async () => {
      // Long enough that no trial of the others comes in between.
      const variables = { CIRCUIT_SHARING: 'on', KAFKA_BREAKER_RESET_TIMEOUT: '4' };
      // A worker in them would try what the first one has parked, and find out by itself.
      const api = { ...variables, BACKFILL: 'off' };
      const fleet = await Promise.all([start(variables), start(api), start(api)]);
      const [seer, ...others] = fleet;
      if (!seer) throw new Error('Nobody was started');
      // All have reached Kafka before.
      for (const service of fleet) expect((await service.post({ value: 'well' })).status).toBe(202);
      await stage.kafka.kill();
      for (let count = 0; count < 5; count++) await seer.post({ value: count });
      await until('it has opened', async () => (await stateOf(seer)) === OPEN, { everyMs: 5 });
      const openedAt = performance.now();
      const waits = others.map(async (other) => {
        await until('another has opened', async () => (await stateOf(other)) === OPEN, { everyMs: 5 });
        return performance.now() - openedAt;
      });
      const tookMs = await Promise.all(waits);
      console.log(`The others opened after ${tookMs.map((ms) => ms.toFixed(0)).join(' and ')} ms`);
      // The promise is 1.5 s; the rest is for a busy machine.
      expect(Math.max(...tookMs)).toBeLessThan(3500);
      expect(await Promise.all(others.map(faultsOf))).toEqual([0, 0]);

      const late = await start(api);
      expect(await stateOf(late)).toBe(OPEN);
      expect((await late.post({ value: 'late' })).headers.get('X-Fallback-Mode')).toBe('true');
      expect(await faultsOf(late)).toBe(0);

      await stage.kafka.start();
      for (const service of [...fleet, late])
        await until('it has closed', async () => (await stateOf(service)) === CLOSED);
      await until('the list is drained', () => stage.isDrained());
      for (const service of [...fleet, late]) expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    "obey an operator's order, also those that are started later, until it is taken back",
    async () => {
      const [one, other] = await Promise.all([start({}), start({})]);
      await force(one, 'forced-open');
      expect(await stateOf(one)).toBe(OPEN);
      await until('the other obeys', async () => (await stateOf(other)) === OPEN);
      await one.end('SIGKILL');
      const restarted = await start({ BACKFILL: 'off' });
      expect(await stateOf(restarted)).toBe(OPEN);
      expect((await restarted.post({ value: 1 })).headers.get('X-Fallback-Mode')).toBe('true');
      expect(restarted.output()).toContain(
        'Circuit breaker kafka_producer forced open - No call is made kafka_circuit_breaker=forced-open by=ana reason=maintenance',
      );
      await force(restarted, 'auto');
      for (const service of [restarted, other]) {
        await until('it is closed again', async () => (await stateOf(service)) === CLOSED);
        expect(await service.end('SIGTERM')).toBe(0);
      }
    },
    TEST_MS,
  );
});
