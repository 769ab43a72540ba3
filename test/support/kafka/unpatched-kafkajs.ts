import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../process/install.ts';
import { tempDir } from '../process/temp-dir.ts';

const PATCH = join(import.meta.dir, '../../../patches/kafkajs@2.2.4.patch');

/**
 * A copy of KafkaJS with the patch taken out again. A second dependency on the same version under
 * another name would be patched as well.
 */
export async function unpatchedKafkaJs(): Promise<string> {
  const { path } = tempDir();
  cpSync(dirname(Bun.resolveSync('kafkajs/package.json', import.meta.dir)), path, { recursive: true });
  await run(['git', '-C', path, 'apply', '--reverse', PATCH]);
  return path;
}
