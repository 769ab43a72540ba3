import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import deno from '../../../deno.json';
import { engines } from '../../../package.json';
import type { Launch } from './child.ts';
import { isInstalled, run } from './install.ts';
import { wranglerDev } from './wrangler.ts';

const ROOT = join(import.meta.dir, '../../..');
const CACHE = join(ROOT, 'node_modules/.cache');

/** Where the service is a process of its own. */
export const PROCESSES = ['bun', 'node', 'deno'] as const;
/** `workerd` and `object` are the two set-ups for Cloudflare, both on workerd. */
export const RUNTIMES = [...PROCESSES, 'workerd', 'object'] as const;
export type Runtime = (typeof RUNTIMES)[number];

const OLDEST_NODE = engines.node.replace('>=', '');

/** Those that are not the one which runs the tests. Their packages on npm carry the programs. */
const OTHERS = {
  node: {
    version: OLDEST_NODE,
    // Under Bun a `node` may be Bun itself.
    isFit: (path: string) =>
      Number(print(path, '-p', 'process.versions.bun ? 0 : parseInt(process.versions.node)')) >=
      Number(OLDEST_NODE),
  },
  deno: {
    version: '2.9',
    isFit: (path: string) => /^deno (2\.(9|\d\d)|[3-9])/.test(print(path, '--version')),
  },
} as const;
type Other = keyof typeof OTHERS;

/** How to run a file of the service, with the permissions that users are told to give; on workerd, the service. */
export async function launchOf(runtime: Runtime, file: string): Promise<Launch> {
  const path = join(ROOT, file);
  switch (runtime) {
    case 'bun':
      return { command: [process.execPath, path] };
    case 'node':
      return { command: [await programOf('node'), path] };
    case 'deno':
      return { command: [await programOf('deno'), ...deno.tasks.start.split(' ').slice(1, -1), path] };
    case 'workerd':
      return wranglerDev(await programOf('node'), { config: 'wrangler.jsonc' });
    case 'object':
      return wranglerDev(await programOf('node'), { config: 'wrangler.jsonc', environment: 'object' });
  }
}

/** Why this runtime can't be had here; undefined if it can. */
export function runtimeMissing(name: Other): string | undefined {
  const canBeHad = isInstalled('npm') || existsSync(cached(name)) || installed(name);
  return canBeHad
    ? undefined
    : `no ${name} ${OTHERS[name].version} or newer on the PATH, and no npm to fetch it`;
}

const programs = new Map<Other, Promise<string>>();

/** Where the program is; fetched where it has to be. */
export function programOf(name: Other): Promise<string> {
  const known = programs.get(name) ?? fetchProgram(name);
  programs.set(name, known);
  return known;
}

async function fetchProgram(name: Other): Promise<string> {
  const path = installed(name) ?? cached(name);
  if (existsSync(path)) return path;
  console.warn(`Fetching ${name} for the tests, by npm`);
  // Renamed when it is complete: a fetch that was interrupted must not count.
  const partial = join(CACHE, `partial-${name}-${process.pid}`);
  mkdirSync(partial, { recursive: true });
  try {
    const wanted = `${name}@${OTHERS[name].version}`;
    await run(['npm', 'install', '--prefix', partial, '--no-audit', '--no-fund', wanted]);
    renameSync(partial, directory(name));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return path;
}

const directory = (name: Other) => join(CACHE, `spillway-${name}-${OTHERS[name].version}`);
const cached = (name: Other) => join(directory(name), 'node_modules/.bin', name);

function installed(name: Other): string | undefined {
  const path = Bun.which(name);
  return path && OTHERS[name].isFit(path) ? path : undefined;
}

function print(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString().trim();
}
