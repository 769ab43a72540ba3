import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { version } from '../../package.json';

const ENTRY = join(import.meta.dir, '../../src/entry/spillway.ts');

async function spillway(...args: string[]) {
  const child = Bun.spawn([process.execPath, ENTRY, ...args], { env: {}, stdout: 'pipe', stderr: 'pipe' });
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, stdout, stderr };
}

const usage = async () => (await spillway('--help')).stdout;

describe('the command line', () => {
  test.each(['--version', '-v'])('%s prints the version of package.json and nothing else', async (name) => {
    expect(await spillway(name)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each(['--help', '-h', 'help'])(
    '%s says each command in one line, and where the settings are documented',
    async (name) => {
      const { code, stdout, stderr } = await spillway(name);
      expect([code, stderr]).toEqual([0, '']);
      for (const command of ['serve', 'backfill', 'doctor', 'health'])
        expect(stdout.match(new RegExp(`^  spillway ${command} +\\S.+$`, 'gm'))).toHaveLength(1);
      expect(stdout).toContain('docs/configuration.md');
    },
  );

  test('an unknown command is named on standard error, above the usage, and ends with 2', async () => {
    const stderr = `There is no command "serf"\n\n${await usage()}`;
    expect(await spillway('serf')).toEqual({ code: 2, stdout: '', stderr });
  });

  test('no command at all prints the usage on standard error and ends with 2', async () => {
    expect(await spillway()).toEqual({ code: 2, stdout: '', stderr: await usage() });
  });
});
