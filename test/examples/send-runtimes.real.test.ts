import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { launchOf } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { flakyService } from './flaky-service.ts';

const RECEIPT = { id: 'order-1043-paid', status: 'published', topic: 'messages', partition: 0, offset: '7' };

for (const runtime of ['node', 'deno'] as const) {
  describeReal(`the client library on ${runtime}`, [runtime], () => {
    test('sends the same message again after a 503', async () => {
      const { command } = await launchOf(runtime, 'examples/send.ts');
      await using service = await flakyService(202, RECEIPT);
      const child = Bun.spawn(command, {
        cwd: join(import.meta.dir, '../..'),
        env: { ...process.env, SPILLWAY_URL: service.url },
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      expect([out, errors]).toEqual(['published messages partition 0 offset 7\n', '']);
      expect(service.posted).toHaveLength(2);
      expect(service.posted[1]).toEqual(service.posted[0]);
    }, 120_000);
  });
}
