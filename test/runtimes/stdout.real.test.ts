import { expect, test } from 'bun:test';
import { freePort } from '../support/process/free-port.ts';
import { killAtEnd } from '../support/process/janitor.ts';
import { launchOf, PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { ADMIN_TOKEN } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

const TEST_MS = 90_000;
/** More lines than a pipe holds. */
const ORDERS = 400;

for (const runtime of PROCESSES) {
  describeReal(`standard output on ${runtime}`, [runtime], () => {
    test.each([
      ['is stuck', 'sleep 300'],
      ['is gone', 'true'],
    ])(
      'whose reader %s stops nothing: neither a message nor a health check',
      async (_, reader) => {
        const { command } = await launchOf(runtime, `src/entry/${runtime}.ts`);
        const port = await freePort();
        const shell = Bun.spawn(['sh', '-c', `"$@" 2>&1 | ${reader}`, 'sh', ...command], {
          cwd: tempDir().path,
          env: { ...process.env, EMBEDDED: 'kafka,redis', PORT: String(port), ADMIN_TOKEN },
          stdout: 'ignore',
          detached: true,
        });
        killAtEnd(-shell.pid);
        const ask = (path: string, init?: RequestInit) =>
          fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(20_000) });
        await until('it is live', async () => (await ask('/health/live')).ok);
        for (let order = 0; order < ORDERS; order++) {
          const response = await ask('/admin/circuits/kafka', {
            method: 'PUT',
            headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
            body: JSON.stringify({
              mode: order % 2 ? 'forced-closed' : 'forced-open',
              by: 'ana',
              reason: 'x'.repeat(200),
            }),
          });
          expect(response.status).toBe(200);
        }
        const message = await ask('/v1/messages', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"value":1}',
        });
        expect([message.status, (await ask('/health/live')).status]).toEqual([202, 200]);
        process.kill(-shell.pid, 'SIGKILL');
      },
      TEST_MS,
    );
  });
}
