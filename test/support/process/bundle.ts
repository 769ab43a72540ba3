import { join } from 'node:path';
import { run } from './install.ts';
import { programOf } from './runtimes.ts';
import { tempDir } from './temp-dir.ts';
import { WRANGLER, WRANGLER_SETTINGS } from './wrangler.ts';

const CONFIG = join(import.meta.dir, '../../../wrangler.jsonc');

/** The names of the two entries for Cloudflare, and the environments that they are deployed to. */
const ENVIRONMENTS = { cloudflare: '', 'cloudflare-object': 'object' } as const;
export type EdgeEntry = keyof typeof ENVIRONMENTS;

/** Builds what would be deployed, and answers its file. */
export async function bundle(entry: EdgeEntry): Promise<string> {
  const { path } = tempDir();
  const where = ['--config', CONFIG, '--env', ENVIRONMENTS[entry], '--outdir', path];
  await run([await programOf('node'), WRANGLER, 'deploy', '--dry-run', ...where], WRANGLER_SETTINGS);
  return join(path, `${entry}.js`);
}
