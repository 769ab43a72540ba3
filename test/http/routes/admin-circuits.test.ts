import { describe, expect, test } from 'bun:test';
import { FakeStore } from '../../support/fakes.ts';
import { fakeService } from '../../support/fake-service.ts';

const TOKEN = 'of-the-operators';
const ORDER = { mode: 'forced-open', by: 'ana', reason: 'new disks' };

function setup(store = new FakeStore()) {
  const service = fakeService({ ADMIN_TOKEN: TOKEN }, store);
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await service.request(path, {
      method,
      headers: { Authorization: `Bearer ${TOKEN}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const readiness = async () => (await service.request('/health/ready')).json();
  return { ...service, ask, readiness };
}

describe('/admin/circuits', () => {
  test('shows both circuits', async () => {
    const { ask } = setup();
    expect((await ask('GET', '/admin/circuits')).body).toEqual({
      circuits: ['kafka', 'redis'].map((name) => ({ name, state: 'closed', mode: 'auto', forced: null })),
    });
  });

  test('a circuit forced open parks every message; who, when and why is shown and logged', async () => {
    const { ask, post, publisher, clock, log, readiness, request } = setup();
    const at = new Date(clock.wallTime()).toISOString();
    const shown = { state: 'open', mode: 'forced-open', forced: { by: 'ana', reason: 'new disks', at } };
    const given = await ask('PUT', '/admin/circuits/kafka', ORDER);
    expect(given).toEqual({ status: 200, body: { name: 'kafka', ...shown, reach: 'shared' } });
    expect((await ask('GET', '/admin/circuits/kafka')).body).toEqual({ name: 'kafka', ...shown });
    const answer = await post('{"value":1}');
    expect([answer.status, answer.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
    expect(publisher.calls).toEqual([]);
    expect(await readiness()).toMatchObject({ status: 'ready', forced: { kafka: { by: 'ana' } } });
    const metrics = await (await request('/metrics')).text();
    expect(metrics).toContain('spillway_circuit_forced{service="kafka"} 1');
    expect(metrics).toContain('circuit_breaker_state{service="kafka"} 1');
    expect(log.lines).toContain('WARNING Circuit breaker kafka_producer forced open - No call is made');
    expect(log.fields.find((fields) => fields['by'] === 'ana')).toMatchObject({ reason: 'new disks' });
  });

  test('a circuit given back to itself closes by a trial', async () => {
    const { ask, clock } = setup();
    await ask('PUT', '/admin/circuits/kafka', ORDER);
    const back = await ask('PUT', '/admin/circuits/kafka', { ...ORDER, mode: 'auto' });
    expect(back.body).toMatchObject({ mode: 'auto', forced: null });
    await clock.advance(1);
    expect((await ask('GET', '/admin/circuits/kafka')).body).toMatchObject({ state: 'closed' });
  });

  test('a Redis circuit that is forced open is given back by any process, though Redis is not called', async () => {
    const store = new FakeStore();
    const [one, other] = [setup(store), setup(store)];
    for (const { fleet } of [one, other]) await fleet.start();
    await one.ask('PUT', '/admin/circuits/redis', ORDER);
    await other.clock.advance(5000);
    expect((await other.ask('GET', '/admin/circuits/redis')).body).toMatchObject({ state: 'open' });
    await other.ask('PUT', '/admin/circuits/redis', { ...ORDER, mode: 'auto' });
    await one.clock.advance(5000);
    expect((await one.ask('GET', '/admin/circuits/redis')).body).toMatchObject({
      mode: 'auto',
      state: 'closed',
    });
  });

  test('says where the others do not hear of it yet', async () => {
    const { ask, store } = setup();
    store.fault = { kind: 'failed', reason: 'gone' };
    expect((await ask('PUT', '/admin/circuits/redis', ORDER)).body).toMatchObject({ reach: 'here-only' });
  });

  test.each<[unknown, number]>([
    ['{', 400],
    [{}, 422],
    [{ ...ORDER, mode: 'open' }, 422],
    [{ ...ORDER, reason: '' }, 422],
    [{ ...ORDER, by: undefined }, 422],
  ])('%j is refused with %i, and changes nothing', async (body, status) => {
    const { ask } = setup();
    expect((await ask('PUT', '/admin/circuits/kafka', body)).status).toBe(status);
    expect((await ask('GET', '/admin/circuits/kafka')).body).toMatchObject({ mode: 'auto' });
  });

  test('other circuits and methods are not there', async () => {
    const { ask } = setup();
    expect((await ask('PUT', '/admin/circuits/mysql', ORDER)).status).toBe(404);
    expect((await ask('DELETE', '/admin/circuits/kafka')).status).toBe(405);
    expect((await ask('POST', '/admin/circuits')).status).toBe(405);
  });
});
