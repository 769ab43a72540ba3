import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtEnd } from './janitor.ts';

/** A file system in memory, where there is one: a database that waits for its disk at every commit takes seconds here. */
export const IN_MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A new directory, which goes when the tests end at the latest. */
export function tempDir(parent = tmpdir()): { path: string; remove(): void } {
  const path = mkdtempSync(join(parent, 'spillway-'));
  removeAtEnd(path);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
