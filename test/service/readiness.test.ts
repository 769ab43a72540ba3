import { describe, expect, test } from 'bun:test';
import { KAFKA_DOWN } from '../support/fakes/fake-publisher.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const BODY = '{"value":1}';
const REFUSED = { kind: 'failed', reason: 'NOREPLICAS Not enough good replicas to write.' } as const;

function setup(variables: Record<string, string> = {}, drivenBy?: 'timers' | 'events') {
  const service = fakeService(variables, undefined, drivenBy);
  let probes = 0;
  const probe = service.publisher.probe.bind(service.publisher);
  service.publisher.probe = () => {
    probes++;
    return probe();
  };
  const ready = async () => {
    const response = await service.request('/health/ready');
    return { code: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...service, ready, probes: () => probes };
}

type Setup = ReturnType<typeof setup>;

const loseKafka = ({ publisher }: Setup) => {
  publisher.answer = () => KAFKA_DOWN;
  publisher.probed = { kind: 'down', reason: 'connect ECONNREFUSED 127.0.0.1:1' };
};
const loseRedis = ({ store }: Setup) => {
  store.fault = { kind: 'failed', reason: 'No connection to Redis' };
};

describe('GET /health/ready', () => {
  test('with wrong addresses for both is unavailable from the first answers on, and says why', async () => {
    const service = setup();
    loseKafka(service);
    loseRedis(service);
    await service.start();
    await service.clock.advance(0);
    const { code, body } = await service.ready();
    expect([code, body['status']]).toEqual([503, 'unavailable']);
    expect(body['circuits']).toEqual({ kafka: 'closed', redis: 'closed' });
    expect(body['reasons']).toEqual({
      kafka: 'connect ECONNREFUSED 127.0.0.1:1',
      redis: 'No connection to Redis',
    });
    await service.finish();
  });

  test('is not ready while neither has answered yet', async () => {
    const service = setup();
    service.publisher.probe = () => new Promise(() => {});
    service.store.probe = () => new Promise(() => {});
    await service.start();
    expect((await service.ready()).code).toBe(503);
    await service.finish();
  });

  test.each([['Kafka', loseKafka] as const, ['Redis', loseRedis] as const])(
    'is ready without %s alone',
    async (_, lose) => {
      const service = setup();
      lose(service);
      await service.start();
      await service.clock.advance(0);
      expect((await service.ready()).code).toBe(200);
      await service.finish();
    },
  );

  test('with Kafka gone is unavailable as soon as Redis refuses a write, though it answers reads', async () => {
    const service = setup({ BACKFILL: 'off' });
    await service.start();
    await service.clock.advance(0);
    loseKafka(service);
    expect((await service.post(BODY)).status).toBe(202);
    service.store.list.park = (entries) =>
      Promise.resolve(entries.length > 0 ? REFUSED : { kind: 'done', value: 'parked' });
    service.store.probe = () => Promise.resolve({ kind: 'down', reason: REFUSED.reason });
    expect((await service.post(BODY)).status).toBe(503);
    await service.request('/metrics');
    const { code, body } = await service.ready();
    expect([code, body['reasons']]).toEqual([503, { kafka: 'down', redis: REFUSED.reason }]);
    await service.finish();
  });

  test('is ready again with the first call that either of them answers', async () => {
    const service = setup();
    loseKafka(service);
    loseRedis(service);
    await service.start();
    await service.clock.advance(0);
    service.publisher.probed = { kind: 'up' };
    await service.clock.advance(5000);
    expect((await service.ready()).code).toBe(200);
    await service.finish();
  });

  test('never tells the name and the reason of an operator', async () => {
    const service = setup({ ADMIN_TOKEN: 'secret' });
    await service.request('/admin/circuits/kafka', {
      method: 'PUT',
      headers: { Authorization: 'Bearer secret' },
      body: JSON.stringify({ mode: 'forced-open', by: 'ana', reason: 'new disks' }),
    });
    const { body } = await service.ready();
    expect(body['forced']).toEqual({ kafka: { mode: 'forced-open' } });
    expect(JSON.stringify(body)).not.toMatch(/ana|new disks/);
  });
});

describe('a Kafka that is gone without traffic', () => {
  test('is noticed at the start, and opens its circuit by as many faults as calls would', async () => {
    const service = setup();
    loseKafka(service);
    await service.start();
    await service.clock.advance(0);
    expect((await service.ready()).body['reasons']).toMatchObject({
      kafka: expect.stringMatching('REFUSED'),
    });
    await service.clock.advance(19_999);
    expect([service.kafka.state, service.probes()]).toEqual(['closed', 4]);
    await service.clock.advance(1);
    expect([service.kafka.state, service.probes()]).toEqual(['open', 5]);
    await service.finish();
  });

  test('is noticed when nothing was sent for half a minute', async () => {
    const service = setup();
    await service.start();
    await service.clock.advance(60_000);
    loseKafka(service);
    await service.clock.advance(55_000);
    expect(service.kafka.state).toBe('open');
    await service.finish();
  });

  test('one that is well is asked twice a minute, and under traffic never', async () => {
    const service = setup();
    await service.start();
    await service.clock.advance(600_000);
    expect(service.probes()).toBeLessThanOrEqual(21);
    const before = service.probes();
    for (let second = 0; second < 300; second++) {
      await service.post(BODY);
      await service.clock.advance(1000);
    }
    expect(service.probes()).toBe(before);
    await service.finish();
  });

  test('is asked no more once the service finishes', async () => {
    const service = setup();
    await service.start();
    await service.finish();
    const before = service.probes();
    await service.clock.advance(600_000);
    expect(service.probes()).toBe(before);
  });

  test('is noticed by the health check where there are no timers, which does not wait for it', async () => {
    const service = setup({}, 'events');
    loseKafka(service);
    const behind: Promise<unknown>[] = [];
    await service.beforeRequest('/health/ready', (work) => void behind.push(work));
    await Promise.all(behind);
    expect((await service.ready()).body['reasons']).toMatchObject({
      kafka: expect.stringMatching('REFUSED'),
    });
    expect(service.probes()).toBe(1);
  });
});

describe('GET /admin/circuits', () => {
  test('tells why a circuit is as it is, since when, and when the next trial comes', async () => {
    const service = setup({ ADMIN_TOKEN: 'secret' });
    loseKafka(service);
    const shown = async () => {
      const response = await service.request('/admin/circuits/kafka', {
        headers: { Authorization: 'Bearer secret' },
      });
      return (await response.json()) as Record<string, unknown>;
    };
    await service.post(BODY);
    expect(await shown()).toMatchObject({ state: 'closed', reason: 'down', nextTrialInSeconds: null });
    await service.clock.advance(7000);
    const opened = new Date(service.clock.wallTime()).toISOString();
    for (let count = 0; count < 4; count++) await service.post(BODY);
    await service.clock.advance(10_000);
    expect(await shown()).toMatchObject({
      state: 'open',
      reason: 'down',
      since: opened,
      nextTrialInSeconds: 20,
    });
  });
});
