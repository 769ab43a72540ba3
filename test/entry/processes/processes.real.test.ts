import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { freePort } from '../../support/process/free-port.ts';
import { describeReal, realKafka, realRedis } from '../../support/process/services.ts';
import { type Spillway, startSpillway } from '../../support/process/spillway.ts';
import { until } from '../../support/process/wait.ts';

const TEST_MS = 60_000;
const COUNT = 3;

const linesOf = (service: Spillway, text: string) =>
  service
    .output()
    .split('\n')
    .filter((line) => line.includes(text));

/** Each `Connection: close` lets the kernel choose a process. */
const post = ({ url }: Spillway) =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Connection: 'close' },
    body: '{"value": 1}',
  });

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describeReal('Several processes on one port', ['kafka', 'redis', 'node'], () => {
  let settings: Record<string, string>;
  let service: Spillway;

  beforeAll(async () => {
    const [kafka, redis] = [await realKafka(), await realRedis()];
    const KAFKA_TOPIC = `processes-${crypto.randomUUID()}`;
    await kafka.createTopic(KAFKA_TOPIC);
    settings = { KAFKA_BROKERS: kafka.brokers, KAFKA_TOPIC, REDIS_URL: redis.url, PROCESSES: String(COUNT) };
  }, TEST_MS);

  afterEach(() => service.end('SIGKILL'));

  const start = async (runtime: 'bun' | 'node', own: Record<string, string> = {}) => {
    service = await startSpillway({ ...settings, ...own }, { runtime });
    await until('all listen', () => linesOf(service, 'Listening on').length === COUNT);
    const children = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8');
    return children.trim().split(' ').map(Number);
  };

  describe.each(['bun', 'node'] as const)('on %s', (runtime) => {
    test(
      'share the requests, and the metrics of any of them are those of all',
      async () => {
        await start(runtime);
        for (let sent = 0; sent < 60; sent++) expect((await post(service)).status).toBe(202);
        expect(await service.metric('spillway_messages_total{outcome="published"}')).toBe(60);
        expect(await service.metric('circuit_breaker_state{service="kafka"}')).toBe(0);
        expect(await service.metric('spillway_backfill_worker')).toBe(1);
        for (let number = 1; number <= COUNT; number++)
          expect(linesOf(service, `process=${number}`)).not.toBeEmpty();
      },
      TEST_MS,
    );

    test(
      'one that is killed is replaced, while the others take the requests; all end in order on SIGTERM',
      async () => {
        const [killed = 0, ...others] = await start(runtime);
        process.kill(killed, 'SIGKILL');
        await until('it is gone', () => linesOf(service, 'A process has ended').length === 1);
        for (let sent = 0; sent < 20; sent++) expect((await post(service)).status).toBe(202);
        await until('another listens', () => linesOf(service, 'Listening on').length === COUNT + 1);
        expect(await service.end('SIGTERM')).toBe(0);
        expect(linesOf(service, 'INFO - Stopped')).toHaveLength(COUNT);
        expect([killed, ...others].filter(isAlive)).toEqual([]);
      },
      TEST_MS,
    );
  });

  test(
    'none outlives a parent that is killed',
    async () => {
      const children = await start('bun');
      await service.end('SIGKILL');
      await until('they have ended', () => !children.some(isAlive));
    },
    TEST_MS,
  );

  test(
    'an address that another Spillway listens on is told once, and ends the start with 1',
    async () => {
      const PORT = String(await freePort());
      await start('bun', { PORT });
      const second = startSpillway({ ...settings, PORT });
      const told = await second.then(
        () => 'It has started',
        (error: unknown) => String(error),
      );
      expect(told).toContain('ended with 1');
      expect(told.split("Can't listen on")).toHaveLength(2);
    },
    TEST_MS,
  );
});
