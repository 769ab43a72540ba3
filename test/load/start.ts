import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { hasEnded, killAtEnd } from '../support/process/janitor.ts';

/** A load test that runs as the process that an operator starts. */
export interface RunningLoad {
  /** What it has printed so far. */
  readonly output: () => string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** As ctrl-C does: to `bun run` and to what it runs. */
  readonly interrupt: () => void;
}

export function startLoad(args: readonly string[]): RunningLoad {
  const child = spawn(process.execPath, ['run', '--silent', 'load', ...args], {
    cwd: join(import.meta.dir, '../..'),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("Can't start bun run load");
  // All of its group, by the minus: bun run has a child.
  killAtEnd(-pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    output: () => output,
    ended: new Promise((resolve) => {
      child.once('close', (code) => {
        hasEnded(-pid);
        resolve(code);
      });
    }),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
  };
}
