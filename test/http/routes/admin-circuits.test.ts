import { describe, expect, test } from 'bun:test';
import { FaultyStore } from '../../support/fakes/faulty-store.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const TOKEN = 'of-the-operators';
const ORDER = { mode: 'forced-open', by: 'ana', reason: 'new disks' };

function setup(store = new FaultyStore()) {
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
    const { ask, clock } = setup();
    const since = new Date(clock.wallTime()).toISOString();
    const shown = {
      state: 'closed',
      mode: 'auto',
      since,
      reason: null,
      nextTrialInSeconds: null,
      forced: null,
    };
    expect((await ask('GET', '/admin/circuits')).body).toEqual({
      circuits: [
        { name: 'kafka', ...shown },
        { name: 'redis', ...shown },
      ],
    });
  });

  test('a circuit forced open parks every message; who, when and why is shown and logged', async () => {
    const { ask, post, publisher, clock, log, readiness, request } = setup();
    const at = new Date(clock.wallTime()).toISOString();
    const why = { since: at, reason: null, nextTrialInSeconds: null };
    const shown = {
      state: 'open',
      mode: 'forced-open',
      ...why,
      forced: { by: 'ana', reason: 'new disks', at },
    };
    const given = await ask('PUT', '/admin/circuits/kafka', ORDER);
    expect(given).toEqual({ status: 200, body: { name: 'kafka', ...shown, reach: 'shared' } });
    expect((await ask('GET', '/admin/circuits/kafka')).body).toEqual({ name: 'kafka', ...shown });
    const answer = await post('{"value":1}');
    expect([answer.status, answer.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
    expect(publisher.calls).toEqual([]);
    expect(await readiness()).toMatchObject({ status: 'ready', forced: { kafka: { mode: 'forced-open' } } });
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
    const store = new FaultyStore();
    const [one, other] = [setup(store), setup(store)];
    for (const { start } of [one, other]) await start();
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

  test('an order obeys MAX_BODY_BYTES and UTF-8, and is not repeated', async () => {
    const { request } = fakeService({ ADMIN_TOKEN: TOKEN, MAX_BODY_BYTES: '100000' });
    const put = (body: string | Uint8Array) =>
      request('/admin/circuits/kafka', {
        method: 'PUT',
        headers: { Authorization: `Bearer ${TOKEN}` },
        body,
      });
    const order = JSON.stringify(ORDER);
    expect((await put(order.padEnd(100_001))).status).toBe(413);
    expect((await put(Buffer.from(order.replace('ana', '\xff'), 'latin1'))).status).toBe(400);
    const unknown = await put(order.replace('mode', 'x'.repeat(90_000)));
    expect(unknown.status).toBe(422);
    expect((await unknown.text()).length).toBeLessThan(2000);
    expect((await put(order)).status).toBe(200);
  });
});
