import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, mayInstall, run } from './install.ts';

const CACHE = join(import.meta.dir, '../../../node_modules/.cache/spillway-promtool');
const CACHED = join(CACHE, 'usr/bin/promtool');

/** Why Prometheus' own checker can't be had here; undefined if it can. */
export function promtoolMissing(): string | undefined {
  return isInstalled('promtool') || existsSync(CACHED) || mayInstall()
    ? undefined
    : "no promtool: install Debian's prometheus, or put promtool on the PATH";
}

/** The program's path. */
export async function promtool(): Promise<string> {
  const installed = Bun.which('promtool');
  if (installed) return installed;
  if (!existsSync(CACHED)) await unpack();
  return CACHED;
}

/** Unpacked from Debian's package, which is not installed: it would bring a service along. */
async function unpack(): Promise<void> {
  console.warn('Fetching promtool for the tests');
  // Renamed when it is complete: a fetch that was interrupted must not count.
  const partial = `${CACHE}-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await run(['apt-get', 'update', '-qq']);
    await run(['sh', '-c', 'cd "$0" && apt-get download -qq prometheus', partial]);
    const [deb = ''] = readdirSync(partial);
    await run(['dpkg', '-x', join(partial, deb), join(partial, 'root')]);
    rmSync(CACHE, { recursive: true, force: true });
    renameSync(join(partial, 'root'), CACHE);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
