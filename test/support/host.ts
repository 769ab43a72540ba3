import { type ChildProcess, spawn } from 'node:child_process';
import { hasEnded, killAtEnd } from './janitor.ts';

/** Where a service runs: a process of this machine, or a container. Its port and its data stay. */
export interface Host {
  start(): Promise<void>;
  /** As a power cut: SIGKILL. */
  kill(): Promise<void>;
  /** Frozen, with its connections open: SIGSTOP. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Runs a command as a process in a session of its own, so that ctrl-C does not reach it first. */
export class LocalHost implements Host {
  readonly #command: readonly [string, ...string[]];
  readonly #directory: string;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(command: readonly [string, ...string[]], directory: string) {
    this.#command = command;
    this.#directory = directory;
  }

  start(): Promise<void> {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, { cwd: this.#directory, detached: true, stdio: 'ignore' });
    child.unref();
    const { pid } = child;
    if (pid === undefined) return Promise.reject(new Error(`Can't start ${program}: is it installed?`));
    killAtEnd(pid);
    this.#process = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => {
        hasEnded(pid);
        resolve();
      });
    });
    return Promise.resolve();
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  pause(): Promise<void> {
    this.#process?.kill('SIGSTOP');
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#process?.kill('SIGCONT');
    return Promise.resolve();
  }
}
