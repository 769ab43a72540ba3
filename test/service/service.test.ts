import { describe, expect, test } from 'bun:test';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const BODY = '{"value":1}';

async function breakBoth(service: ReturnType<typeof fakeService>): Promise<void> {
  service.publisher.answer = () => KAFKA_DOWN;
  service.publisher.probed = { kind: 'down', reason: 'down' };
  service.store.fault = { kind: 'failed', reason: 'gone' };
  for (let count = 0; count < 6; count++) await service.post(BODY);
}

describe('the way down and back', () => {
  test('is logged in the words of the operator guide', async () => {
    const service = fakeService();
    const { log, clock, store, publisher, post } = service;
    await breakBoth(service);
    store.fault = undefined;
    publisher.answer = () => ({ kind: 'published', partition: 0, offset: '0' });
    publisher.probed = { kind: 'up' };
    await clock.advance(15_000);
    await post(BODY);
    await clock.advance(15_000);
    await post(BODY);
    expect(log.lines.filter((line) => !/Neither|^DEBUG/.test(line))).toEqual([
      'WARNING Circuit breaker redis_client opened - Redis unavailable',
      'WARNING Circuit breaker kafka_producer opened - Kafka unavailable',
      'ERROR Both Kafka and Redis circuits open - cannot process message',
      'INFO Circuit breaker redis_client half-open - Testing Redis connection',
      'INFO Circuit breaker redis_client closed - Redis available',
      'WARNING Fallback active - messages go to the Redis list, answered with X-Fallback-Mode: true',
      'INFO Circuit breaker kafka_producer half-open - Testing Kafka connection',
      'INFO Circuit breaker kafka_producer closed - Kafka available',
      'INFO Fallback ended - messages reach Kafka again',
    ]);
    for (const [index, line] of log.lines.entries()) {
      if (line.includes('kafka_producer')) expect(log.fields[index]).toHaveProperty('kafka_circuit_breaker');
      if (line.includes('redis_client')) expect(log.fields[index]).toHaveProperty('redis_circuit_breaker');
    }
  });

  test('ends by a parked message that Kafka takes, before any other', async () => {
    const { log, clock, store, publisher, post } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 6; count++) await post(`{"id":"m${count}","value":1}`);
    publisher.calls.length = 0;
    publisher.answer = () => ({ kind: 'published', partition: 0, offset: '0' });
    await clock.advance(30_500);
    expect(publisher.calls.map((messages) => messages.map(({ id }) => id))).toEqual([['m0']]);
    expect(store.contents.waiting).toHaveLength(5);
    expect(log.lines.at(-2)).toBe('INFO Circuit breaker kafka_producer closed - Kafka available');
  });

  test('a flood of refused messages is not a flood of lines', async () => {
    const service = fakeService();
    await breakBoth(service);
    const before = service.log.lines.length;
    for (let count = 0; count < 100; count++) await service.post(BODY);
    expect(service.log.lines.length).toBe(before);
    await service.clock.advance(1000);
    await service.post(BODY);
    expect(service.log.lines.at(-1)).toBe(
      'ERROR Both Kafka and Redis circuits open - cannot process message',
    );
  });
});

test('a full list is a 503 with Retry-After, one line, and no fault of Redis', async () => {
  const { post, publisher, log } = fakeService({ FALLBACK_MAX_LENGTH: '2' });
  publisher.answer = () => KAFKA_DOWN;
  const answers: [number, string | null][] = [];
  for (let count = 0; count < 6; count++) {
    const response = await post(BODY);
    answers.push([response.status, response.headers.get('Retry-After')]);
  }
  const [full, open] = [
    [503, '1'],
    [503, '30'],
  ] as [number, string][];
  expect(answers).toEqual([[202, null], [202, null], full, full, full, open] as typeof answers);
  expect(log.lines.filter((line) => line.includes('full'))).toEqual([
    'ERROR The fallback list is full - answered 503',
  ]);
  expect(log.lines.filter((line) => line.includes('redis_client'))).toEqual([]);
});

describe('GET /metrics', () => {
  test('has the circuits, the faults and the list under their names', async () => {
    const service = fakeService();
    await breakBoth(service);
    service.store.fault = undefined;
    const response = await service.request('/metrics');
    expect(response.headers.get('Content-Type')).toStartWith('text/plain; version=0.0.4');
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('circuit_breaker_state{service="kafka"} 1');
    expect(lines).toContain('circuit_breaker_state{service="redis"} 1');
    expect(lines).toContain('circuit_breaker_failures_total{service="kafka"} 5');
    expect(lines).toContain('circuit_breaker_failures_total{service="redis"} 3');
    expect(lines).toContain('spillway_messages_total{outcome="unavailable"} 6');
  });

  test('shows the length of the list, and the last known one while Redis is away', async () => {
    const { request, store } = fakeService();
    store.contents.append(['a', 'b']);
    const length = async () =>
      /^redis_fallback_queue_length (.*)$/m.exec(await (await request('/metrics')).text())?.[1];
    expect(await length()).toBe('2');
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await length()).toBe('2');
  });
});

describe('GET /health/ready', () => {
  test('is ready while one of the two ways is open', async () => {
    const service = fakeService();
    const ready = async () => {
      const response = await service.request('/health/ready');
      return [response.status, await response.json()] as [number, unknown];
    };
    const durability = { status: 'unknown', warnings: [] };
    expect(await ready()).toEqual([
      200,
      {
        status: 'ready',
        circuits: { kafka: 'closed', redis: 'closed' },
        forced: {},
        durability,
        reasons: {},
        topics: {},
        worker: 'running',
      },
    ]);
    service.publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 5; count++) await service.post(BODY);
    expect(await ready()).toEqual([
      200,
      {
        status: 'ready',
        circuits: { kafka: 'open', redis: 'closed' },
        forced: {},
        durability,
        reasons: { kafka: 'down' },
        topics: {},
        worker: 'running',
      },
    ]);
    service.store.fault = { kind: 'failed', reason: 'gone' };
    for (let count = 0; count < 3; count++) await service.post(BODY);
    expect(await ready()).toEqual([
      503,
      {
        status: 'unavailable',
        circuits: { kafka: 'open', redis: 'open' },
        forced: {},
        durability,
        reasons: { kafka: 'down', redis: 'gone' },
        topics: {},
        worker: 'running',
      },
    ]);
  });
});

/** What a service says of its embedded parts. */
const embeddedShown = async (EMBEDDED?: string) => {
  const { request } = fakeService(EMBEDDED === undefined ? {} : { EMBEDDED });
  const ready = (await (await request('/health/ready')).json()) as { embedded?: unknown };
  const metrics = await (await request('/metrics')).text();
  return { ready: ready.embedded, metrics: metrics.match(/^spillway_embedded\{.*$/gm) };
};

describe('what runs embedded', () => {
  test('is said by /health/ready and by a metric, part by part', async () => {
    expect(await embeddedShown('redis,kafka')).toEqual({
      ready: ['kafka', 'redis'],
      metrics: ['spillway_embedded{service="kafka"} 1', 'spillway_embedded{service="redis"} 1'],
    });
    expect(await embeddedShown('redis')).toEqual({
      ready: ['redis'],
      metrics: ['spillway_embedded{service="kafka"} 0', 'spillway_embedded{service="redis"} 1'],
    });
  });

  test('is a metric of 0 where nothing does, and no word in /health/ready', async () => {
    expect(await embeddedShown()).toEqual({
      ready: undefined,
      metrics: ['spillway_embedded{service="kafka"} 0', 'spillway_embedded{service="redis"} 0'],
    });
  });
});

describe('the watch over the store', () => {
  test('opens the Redis circuit although nobody parks and no worker runs', async () => {
    const { start, store, clock, log, finish } = fakeService({ BACKFILL: 'off' });
    await start();
    await clock.advance(60_000);
    store.fault = { kind: 'failed', reason: 'gone' };
    await clock.advance(15_000);
    expect(log.lines).toEqual(['WARNING Circuit breaker redis_client opened - Redis unavailable']);
    store.fault = undefined;
    await clock.advance(15_000);
    expect(log.lines.at(-1)).toBe('INFO Circuit breaker redis_client closed - Redis available');
    await finish();
  });

  test('is not ready with Kafka gone and the list full, and is again once there is room', async () => {
    const { start, store, publisher, clock, post, request, finish } = fakeService({
      FALLBACK_MAX_LENGTH: '3',
    });
    const status = async () => (await request('/health/ready')).status;
    await start();
    publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 6; count++) await post(BODY);
    await clock.advance(5000);
    expect(await status()).toBe(503);
    store.contents.remove(1);
    await clock.advance(5000);
    expect(await status()).toBe(200);
    await finish();
  });

  test('shows what the store guarantees, asks each minute, and warns once for each change', async () => {
    const { start, store, clock, log, request, finish } = fakeService();
    const shown = async () => (await (await request('/health/ready')).json()) as { durability: unknown };
    await start();
    store.durable = { status: 'at-risk', warnings: ['appendonly is no'] };
    await clock.advance(300_000);
    expect((await shown()).durability).toEqual(store.durable);
    store.durable = { status: 'durable', warnings: [] };
    await clock.advance(300_000);
    expect((await shown()).durability).toEqual(store.durable);
    expect(log.lines).toEqual([
      'WARNING The fallback list is at risk - appendonly is no',
      'INFO The fallback list is durable again',
    ]);
    await finish();
  });
});

test('the worker drains what was parked once the Kafka circuit has closed', async () => {
  const { startBackfill, publisher, store, clock, post, finish } = fakeService();
  startBackfill();
  publisher.answer = () => KAFKA_DOWN;
  for (let count = 0; count < 8; count++) await post(BODY);
  await clock.advance(29_000);
  expect(store.contents.waiting).toHaveLength(8);
  publisher.answer = () => ({ kind: 'published', partition: 0, offset: '0' });
  await clock.advance(2000);
  expect(store.contents.waiting).toEqual([]);
  await finish();
});

test('while it leaves it takes messages, is not ready, and asks clients to connect elsewhere', async () => {
  const { leave, post, request } = fakeService();
  leave();
  const taken = await post(BODY);
  expect([taken.status, taken.headers.get('Connection')]).toEqual([202, 'close']);
  const ready = await request('/health/ready');
  expect([ready.status, ready.headers.get('Connection')]).toEqual([503, 'close']);
});

describe('driven by events', () => {
  test('nothing happens between two events: the trial and the drain come with the next', async () => {
    const service = fakeService({}, new FaultyStore(), 'events');
    const { clock, publisher, store, post } = service;
    publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 6; count++) await post(`{"id":"m${count}","value":1}`);
    publisher.calls.length = 0;
    publisher.answer = () => PUBLISHED;
    await clock.advance(600_000);
    expect([service.kafka.state, publisher.calls]).toEqual(['open', []]);
    await service.onSchedule({ forMs: 25_000 });
    expect(service.kafka.state).toBe('closed');
    expect(publisher.calls.flat().map(({ id }) => id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
    expect(store.contents.waiting).toEqual([]);
  });

  test('an outage is told for longer than it takes until the next event of a schedule', async () => {
    const { publisher, store, post } = fakeService({ CIRCUIT_SHARING: 'on' }, new FaultyStore(), 'events');
    publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 6; count++) await post(BODY);
    const posted = store.callsTo('sharedState', 'post').filter(([name]) => name === 'outage:kafka');
    expect(posted.at(-1)?.[2]).toBeGreaterThan(120_000);
    const late = fakeService({ CIRCUIT_SHARING: 'on' }, store, 'events');
    await late.beforeRequest('/v1/messages', () => {});
    expect(late.kafka.state).toBe('open');
  });
});

describe('a body that is on its way when the process begins to finish', () => {
  test('is refused once it is there: nobody would wait for its message', async () => {
    const { finish, post, publisher } = fakeService();
    let finished: Promise<void> | undefined;
    const body = new ReadableStream({
      pull(controller) {
        finished ??= finish();
        controller.enqueue(new TextEncoder().encode(BODY));
        controller.close();
      },
    });
    const response = await post(body);
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
    expect(publisher.calls).toEqual([]);
    await finished;
  });

  test('is no fault of its client where the runtime cuts it off', async () => {
    const { finish, post } = fakeService();
    const body = new ReadableStream({
      async pull(controller) {
        await finish();
        controller.error(new Error('cut'));
      },
    });
    expect((await post(body)).status).toBe(503);
  });
});
