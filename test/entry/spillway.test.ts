import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { version } from '../../package.json';
import { readConfig } from '../../src/config/config.ts';

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
      for (const command of ['serve', 'backfill', 'doctor', 'key NAME', 'health'])
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

  test('key NAME prints a new key each time, and an entry that API_KEYS takes and that has not the key in it', async () => {
    const prints = [await spillway('key', 'shop'), await spillway('key', 'shop')];
    const keys = prints.map(({ code, stdout }) => {
      const [, key = ''] = /^ {2}(sw_[\w-]{43})$/m.exec(stdout) ?? [];
      const [entry = ''] = /shop:[\da-f]{64}/.exec(stdout) ?? [];
      const digest = new Bun.CryptoHasher('sha256').update(key).digest('hex');
      expect([code, entry]).toEqual([0, `shop:${digest}`]);
      expect(readConfig({ API_KEYS: entry }).apiKeys).toEqual([{ name: 'shop', digest }]);
      return key;
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  test.each([[['key']], [['key', 'a b']], [['key', 'a', 'b']]])(
    '%p makes no key, and ends with 2',
    async (args) => {
      expect(await spillway(...args)).toMatchObject({ code: 2, stdout: '' });
    },
  );
});
