// Breaks the circuit in many ways, one at a time in a copy, and says which the tests of the breakers notice.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTANTS } from './circuit-mutants.ts';

/** A mutant may make a test wait for ever. */
const LIMIT_MS = 60_000;
const ROOT = resolve(import.meta.dirname, '../..');
/** The tests that say what is guaranteed, and the random sequences, of which few are enough. */
const SUITES = {
  examples: ['test/breakers', '--path-ignore-patterns=**/*.slow.test.ts'],
  sequences: ['test/breakers/circuit.property.slow.test.ts'],
};

const copy = await mkdtemp(join(tmpdir(), 'spillway-mutants-'));
let survived = 0;
try {
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json', 'bunfig.toml'])
    await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const suite of Object.values(SUITES))
    if (await notices(suite)) throw new Error('The tests fail without any mutant');

  console.log('| mutant | tests | random sequences |\n|---|---|---|');
  for (const [file, mutants] of Object.entries(MUTANTS)) {
    const path = join(copy, 'src/breakers', file);
    const source = await readFile(path, 'utf8');
    for (const [what, find, replace] of mutants) {
      if (source.split(find).length !== 2)
        throw new Error(`"${what}" does not stand once in ${file}: ${find}`);
      await writeFile(
        path,
        source.replace(find, () => replace),
      );
      const [byTests, bySequences] = [await notices(SUITES.examples), await notices(SUITES.sequences)];
      if (!byTests && !bySequences) survived++;
      console.log(`| ${what} | ${told(byTests)} | ${told(bySequences)} |`);
    }
    await writeFile(path, source);
  }
} finally {
  await rm(copy, { recursive: true });
}
const count = Object.values(MUTANTS).flat().length;
console.log(`\n${count - survived} of ${count} caught, ${survived} survived`);
process.exitCode = survived > 0 ? 1 : 0;

/** Whether the tests fail. */
async function notices(args: readonly string[]): Promise<boolean> {
  const child = Bun.spawn([process.execPath, 'test', '--bail', ...args], {
    cwd: copy,
    env: { ...process.env, CIRCUIT_SEQUENCES: '3000' },
    stdout: 'ignore',
    stderr: 'ignore',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return (await child.exited) !== 0;
}

function told(isCaught: boolean): string {
  return isCaught ? 'caught' : '–';
}
