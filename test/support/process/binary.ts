import { join } from 'node:path';
import { run } from './install.ts';

let built: Promise<string> | undefined;

/** The path of the single binary, built by the project's own script: once for all tests. */
export function binary(): Promise<string> {
  return (built ??= build());
}

async function build(): Promise<string> {
  await run([process.execPath, 'run', 'build']);
  return join(import.meta.dir, '../../../dist/spillway');
}

interface Ended {
  readonly code: number;
  /** Standard output, then errors. */
  readonly output: string;
}

/** Runs it to its end, with these variables and no others. */
export async function runBinary(
  directory: string,
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<Ended> {
  const child = Bun.spawn([await binary(), ...args], {
    cwd: directory,
    env: variables,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, output: out + err };
}
