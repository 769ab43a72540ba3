import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, run } from './install.ts';

const CACHE = join(import.meta.dir, '../../../node_modules/.cache');

/** Why no Python can be had here; undefined if it can. */
export function pythonMissing(): string | undefined {
  return isInstalled('python3') ? undefined : 'no python3 on the PATH';
}

/** Installs packages of PyPI for the tests, once, and answers the environment that finds them. */
export async function pythonWith(...packages: string[]): Promise<{ readonly PYTHONPATH: string }> {
  const path = join(CACHE, `python-${packages.join('-').replaceAll(/[^\w.-]/g, '-')}`);
  if (!existsSync(path)) {
    console.warn(`Installing ${packages.join(', ')} for the tests, by pip`);
    const partial = `${path}-${process.pid}`;
    mkdirSync(CACHE, { recursive: true });
    try {
      await run(['python3', '-m', 'pip', 'install', '--quiet', '--target', partial, ...packages]);
      renameSync(partial, path);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return { PYTHONPATH: path };
}
