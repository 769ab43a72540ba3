import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './wait.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie is dead: only its exit code has not been collected yet.
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

// What a test file does: a directory, a service, and another process that lives on.
const TESTS = `
  import { spawn } from 'node:child_process';
  import { LocalHost } from '${join(import.meta.dir, 'host.ts')}';
  import { tempDir } from '${join(import.meta.dir, 'temp-dir.ts')}';
  const { path } = tempDir();
  await new LocalHost(['sh', '-c', 'echo $$ > pid; exec sleep 1000'], path).start();
  spawn('sleep', ['2'], { detached: true, stdio: 'ignore' }).unref();
  console.log(path);
  await new Promise(() => setInterval(() => {}, 1000));
`;

test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'tests that are ended by %s leave neither a service nor a directory behind',
  async (signal) => {
    const tests = Bun.spawn([process.execPath, '-e', TESTS], { stdout: 'pipe' });
    const reader = tests.stdout.getReader();
    const path = new TextDecoder().decode((await reader.read()).value).trim();
    const pidFile = Bun.file(join(path, 'pid'));
    const pid = await until('the service runs', async () => Number(await pidFile.text()));
    expect(isAlive(pid)).toBe(true);
    tests.kill(signal);
    await until('the service is gone', () => !isAlive(pid));
    await until('the directory is gone', () => !existsSync(path));
  },
  30_000,
);
