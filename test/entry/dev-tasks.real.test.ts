import { expect, test } from 'bun:test';
import { join } from 'node:path';
import deno from '../../deno.json';
import { scripts } from '../../package.json';
import { startChild } from '../support/process/child.ts';
import { programOf } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { tempDir } from '../support/process/temp-dir.ts';

const ENTRIES = join(import.meta.dir, '../../src/entry');
const TEST_MS = 60_000;

const TASKS = {
  bun: { task: scripts.dev.split(' && ').at(-1) ?? '', program: () => Promise.resolve(process.execPath) },
  node: { task: scripts['dev:node'], program: () => programOf('node') },
  deno: { task: deno.tasks.dev, program: () => programOf('deno') },
};
const RUNTIMES = ['bun', 'node', 'deno'] as const;

/** Runs a dev task in a directory of its own; answers what it says when it listens. */
async function startTask(runtime: keyof typeof TASKS, variables: Record<string, string> = {}) {
  const { task, program } = TASKS[runtime];
  const args = task.split(' ').slice(1);
  const command = [await program(), ...args.map((arg) => arg.replace(/(\.\/)?src\/entry/, ENTRIES))];
  const env = { PORT: '0', SHUTDOWN_DELAY_SECONDS: '0', ...variables };
  const ready = /Listening on (http.*\n)/;
  const child = await startChild(task, { command, env, isGroup: true }, { dir: tempDir().path, ready });
  await child.end('SIGKILL');
  return child;
}

describeReal('the dev tasks', RUNTIMES, () => {
  test.each(RUNTIMES)(
    'need no variable: Kafka and Redis are embedded, on %s',
    async (runtime) => {
      const { word } = await startTask(runtime);
      expect(word).toContain('kafka="embedded, in ./data" redis="embedded, in ./data"');
    },
    TEST_MS,
  );

  test.each(RUNTIMES)(
    'take what a variable names, and embed the rest, on %s',
    async (runtime) => {
      const { word } = await startTask(runtime, { KAFKA_BROKERS: '127.0.0.1:1' });
      expect(word).toContain('kafka=127.0.0.1:1 redis="embedded, in ./data"');
      const { word: other } = await startTask(runtime, {
        EMBEDDED: 'kafka',
        REDIS_URL: 'redis://127.0.0.1:1',
      });
      expect(other).toContain('kafka="embedded, in ./data" redis=127.0.0.1:1');
    },
    TEST_MS,
  );
});
