import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { freePort } from '../support/process/free-port.ts';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';

const HEALTH = join(import.meta.dir, '../../src/entry/spillway.ts');

describeReal('A worker process', [...PROCESSES], () => {
  test.each(PROCESSES)(
    'has its health and its metrics on a port of its own, and no messages: %s',
    async (runtime) => {
      const worker = await startSpillway({}, { entry: 'backfill', runtime });
      const url = await until(
        'it says where',
        () => /Health and metrics on (\S+)/.exec(worker.output())?.[1],
      );
      expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' });
      await until('it is ready', async () => (await fetch(`${url}/health/ready`)).status === 200);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        'circuit_breaker_state{service="kafka"} 0',
      );
      const posted = await fetch(`${url}/v1/messages`, { method: 'POST', body: '{"value":1}' });
      expect(posted.status).toBe(404);
      const odd = await fetch(`${url}//x`);
      expect(odd.status).toBe(404);
      expect(await worker.end('SIGTERM')).toBe(0);
    },
    60_000,
  );

  test('is found alive by its health check, as long as it is', async () => {
    const ADMIN_PORT = String(await freePort());
    const check = async () => {
      const child = Bun.spawn([process.execPath, HEALTH, 'health', 'backfill'], { env: { ADMIN_PORT } });
      return child.exited;
    };
    const worker = await startSpillway({ ADMIN_PORT }, { entry: 'backfill' });
    await until('it listens', () => worker.output().includes('Health and metrics on'));
    expect(await check()).toBe(0);
    await worker.end('SIGTERM');
    expect(await check()).toBe(1);
  }, 60_000);

  test('drains although its port is taken, and says which variable chooses another', async () => {
    using taken = Bun.serve({ port: 0, hostname: '0.0.0.0', fetch: () => new Response() });
    const worker = await startSpillway({ ADMIN_PORT: String(taken.port) }, { entry: 'backfill' });
    await until('it says so', () => /WARNING - Can't listen on .* Set ADMIN_PORT/.test(worker.output()));
    expect(worker.output()).toContain('Backfill worker started');
    expect(await worker.end('SIGTERM')).toBe(0);
  }, 60_000);

  test('is not ready while it could not drain', async () => {
    const worker = await startSpillway(
      { KAFKA_BROKERS: `127.0.0.1:${await freePort()}` },
      { entry: 'backfill' },
    );
    const url = await until('it says where', () => /Health and metrics on (\S+)/.exec(worker.output())?.[1]);
    await until('it is not', async () => (await fetch(`${url}/health/ready`)).status === 503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await worker.end('SIGTERM');
  }, 60_000);
});
