import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, isInstalled, mayInstall } from '../process/install.ts';

/** Why no redis-cli can be had here; undefined if it can. */
export function redisCliMissing(): string | undefined {
  return isInstalled('redis-cli') || mayInstall() ? undefined : "no redis-cli: install Debian's redis-tools";
}

/** Puts a `redis-cli` into the directory that asks the Redis at `url` where nothing else is said. */
export async function redisCliFor(url: string, directory: string): Promise<void> {
  if (!isInstalled('redis-cli')) await install('redis-tools');
  const { hostname, port, password } = new URL(url);
  const file = join(directory, 'redis-cli');
  // In a URL without a user's name redis-cli takes the user's name for empty, and is refused.
  writeFileSync(
    file,
    `#!/bin/sh\nREDISCLI_AUTH='${password}' exec ${Bun.which('redis-cli')} -h ${hostname} -p ${port} "$@"\n`,
  );
  chmodSync(file, 0o755);
}
