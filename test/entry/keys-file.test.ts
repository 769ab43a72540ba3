import { expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { keysOfFile, openKeyRing } from '../../src/entry/keys-file.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { tempDir } from '../support/process/temp-dir.ts';

const entry = (name: string) => `${name}:${createHash('sha256').update(`key of ${name}`).digest('hex')}`;

test('a file of keys is read again when it changes, and one that is wrong or gone leaves the keys as they are', async () => {
  const { path: dir } = tempDir();
  const apiKeysFile = join(dir, 'keys');
  const clock = new FakeClock();
  const log = new FakeLog();
  writeFileSync(apiKeysFile, entry('a'));
  const ring = openKeyRing({ apiKeys: undefined, apiKeysFile }, clock, log);
  const known = () => ['a', 'b'].filter((name) => ring?.find(`key of ${name}`));
  expect(known()).toEqual(['a']);
  writeFileSync(apiKeysFile, `# both\n${entry('a')}\n${entry('b')}\n`);
  await clock.advance(5000);
  expect(known()).toEqual(['a', 'b']);
  for (const text of ['nonsense', '', undefined]) {
    if (text === undefined) rmSync(apiKeysFile);
    else writeFileSync(apiKeysFile, text);
    await clock.advance(10_000);
    expect(known()).toEqual(['a', 'b']);
  }
  writeFileSync(apiKeysFile, entry('b'));
  await clock.advance(5000);
  expect(known()).toEqual(['b']);
  expect(log.lines.map((line) => line.split(': ')[0])).toEqual([
    'INFO API_KEYS_FILE has changed',
    'WARNING The API keys stay as they were',
    'WARNING The API keys stay as they were',
    'WARNING The API keys stay as they were',
    'INFO API_KEYS_FILE has changed',
  ]);
});

test('a file of keys that can not be used refuses the start', () => {
  expect(() => keysOfFile({ apiKeysFile: '/nowhere' })).toThrow(
    "API_KEYS_FILE names a file that can't be read: ENOENT",
  );
});
