import { expect, test } from 'bun:test';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import packages from '../../package.json';
import { startChild } from '../support/process/child.ts';
import { run } from '../support/process/install.ts';
import { tempDir } from '../support/process/temp-dir.ts';

const ROOT = join(import.meta.dir, '../..');
/** Of a fresh clone, what `bun dev` needs. */
const PARTS = ['package.json', 'bun.lock', 'bunfig.toml', 'patches', 'src'];
const TEST_MS = 120_000;

function freshClone(): string {
  const { path } = tempDir();
  for (const part of PARTS) cpSync(join(ROOT, part), join(path, part), { recursive: true });
  return path;
}

async function startDev(dir: string) {
  const launch = {
    command: [process.execPath, 'run', 'dev'],
    env: { ...process.env, PORT: '0' } as Record<string, string>,
    isGroup: true,
  };
  return startChild('bun dev', launch, { dir, ready: /Listening on (http:\S+)/ });
}

const installed = (dir: string, name: string) => existsSync(join(dir, 'node_modules', name));
const development = Object.keys(packages.devDependencies);

test(
  'bun dev in a fresh clone says what it installs, installs what running needs and no more, and listens',
  async () => {
    const dir = freshClone();
    const service = await startDev(dir);
    for (const name of Object.keys(packages.dependencies))
      expect([name, installed(dir, name)]).toEqual([name, true]);
    expect(development.filter((name) => installed(dir, name))).toEqual([]);
    expect(service.output()).toMatch(/^\+ hono@[^]*packages installed[^]*Listening on/m);
    expect((await fetch(`${service.word}/health/ready`)).status).toBe(200);
    await service.end('SIGKILL');

    // A function that only the patch has.
    const patched = join(dir, 'node_modules/kafkajs/src/protocol/requests/produce/v3/request.js');
    expect(await Bun.file(patched).text()).toContain('timestampRange');
  },
  TEST_MS,
);

test(
  'bun dev after a full install leaves the tools of development where they are',
  async () => {
    const dir = freshClone();
    await run([process.execPath, 'install', '--frozen-lockfile', '--silent', '--cwd', dir]);
    const before = readdirSync(join(dir, 'node_modules'));
    expect(before).toContain('typescript');
    const service = await startDev(dir);
    expect(readdirSync(join(dir, 'node_modules'))).toEqual(before);
    await service.end('SIGKILL');
  },
  TEST_MS,
);
