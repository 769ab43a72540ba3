import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { flakyService } from './flaky-service.ts';

const TEST_MS = 60_000;
const ROOT = join(import.meta.dir, '../..');

/** How each example is run, by a program of the machine. */
const EXAMPLES: Readonly<Record<string, readonly [program: string, ...string[]]>> = {
  'send.ts': [process.execPath, 'examples/send.ts'],
  'send.py': ['python3', 'examples/send.py'],
  'send.go': ['go', 'run', 'examples/send.go'],
  'send.sh': ['sh', 'examples/send.sh'],
};
/** Programs that an example starts itself. */
const NEEDS: Readonly<Record<string, string>> = { 'send.sh': 'curl' };

/** What all examples send, to the byte: with other bytes under the same id they would be refused. */
const MESSAGE = '{"id":"order-1043-paid","key":"customer-7","value":{"order":1043}}';
const PUBLISHED = {
  id: 'order-1043-paid',
  status: 'published',
  topic: 'messages',
  partition: 0,
  offset: '7',
};
const QUEUED = { id: 'order-1043-paid', status: 'queued', topic: 'messages' };
const DEAD = { id: 'order-1043-paid', status: 'dead', topic: 'messages', reason: 'Too old' };
const INVALID = { type: 'about:blank', title: 'Not valid', status: 422, detail: 'Fix the fields' };

async function run(command: readonly string[], status: number, item: object) {
  await using service = await flakyService(status, item);
  const env = { ...process.env, SPILLWAY_URL: service.url };
  const child = Bun.spawn([...command], { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' });
  const [out, code] = await Promise.all([child.stdout.text(), child.exited, child.stderr.text()]);
  return { out, code, posted: service.posted };
}

for (const [name, command] of Object.entries(EXAMPLES)) {
  const missing = [command[0], NEEDS[name]].find((program) => program && Bun.which(program) === null);
  if (missing !== undefined) {
    console.warn(`Skipped: examples/${name}: no ${missing} on the PATH`);
    test.skip(`examples/${name} (skipped: no ${missing} on the PATH)`, () => {});
    continue;
  }
  describe(`examples/${name}`, () => {
    test.each([PUBLISHED, QUEUED])(
      'sends the same message again after a 503, and tells that it is $status',
      async (receipt) => {
        const { out, code, posted } = await run(command, 202, receipt);
        expect(out).toStartWith(receipt.status);
        expect(code).toBe(0);
        expect(posted).toEqual([MESSAGE, MESSAGE]);
      },
      TEST_MS,
    );

    test.each([
      ['was rejected', 422, INVALID],
      ['is a dead letter', 202, DEAD],
    ])(
      'does not send a message again that %s, and ends with 1',
      async (_, status, item) => {
        const { out, code, posted } = await run(command, status, item);
        expect([out, code, posted.length]).toEqual(['', 1, 2]);
      },
      TEST_MS,
    );
  });
}
