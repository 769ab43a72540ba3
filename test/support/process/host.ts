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

/** A host that remembers its state, so that it can run again after a test that failed half-way. */
export class RestorableHost implements Host {
  readonly #host: Host;
  #state: 'stopped' | 'running' | 'paused' = 'stopped';

  constructor(host: Host) {
    this.#host = host;
  }

  get state(): 'stopped' | 'running' | 'paused' {
    return this.#state;
  }

  async start(): Promise<void> {
    await this.#host.start();
    this.#state = 'running';
  }

  async kill(): Promise<void> {
    await this.#host.kill();
    this.#state = 'stopped';
  }

  async pause(): Promise<void> {
    await this.#host.pause();
    this.#state = 'paused';
  }

  async resume(): Promise<void> {
    await this.#host.resume();
    this.#state = 'running';
  }
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
