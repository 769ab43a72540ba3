import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtEnd } from './janitor.ts';

/** A new directory, which goes when the tests end at the latest. */
export function tempDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'spillway-'));
  removeAtEnd(path);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
