import { hasEnded, killAtEnd } from './janitor.ts';
import { until } from './wait.ts';

/** How to start a program. */
export interface Launch {
  readonly command: string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It has children of its own, which go with it only as a group. */
  readonly isGroup?: boolean;
}

export interface Child {
  /** What the first group of `ready` stood for. */
  readonly word: string;
  readonly pid: number;
  /** What it has written so far, standard output and errors. */
  readonly output: () => string;
  /** Sends the signal, if it has not ended before, and waits for the end; answers the exit code. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT') => Promise<number>;
}

/** Starts a program in a directory, and waits until it has written what `ready` says. */
export async function startChild(
  name: string,
  { command, env = {}, isGroup = false }: Launch,
  { dir, ready }: { dir: string; ready: RegExp },
): Promise<Child> {
  const child = Bun.spawn(command, {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
    detached: isGroup,
  });
  const target = isGroup ? -child.pid : child.pid;
  killAtEnd(target);
  void child.exited.then(() => hasEnded(target));
  let output = '';
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const ended = Promise.all([collect(child.stdout), collect(child.stderr), child.exited]);
  const [, word = ''] = await until(`${name} is ready`, () => {
    if (child.exitCode !== null) return ['ended'];
    return ready.exec(output);
  });
  if (child.exitCode !== null) {
    await ended;
    throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
  }
  return {
    word,
    pid: child.pid,
    output: () => output,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) process.kill(target, signal);
      await ended;
      return child.exitCode ?? 128;
    },
  };
}
