import { type Spillway, startSpillway } from '../support/process/spillway.ts';

/**
 * A supervised backfill worker: one process after another with the same settings. A fault kills the process, and the
 * next takes its place, or stops it for a while.
 */
export class RestartableWorker {
  kills = 0;
  stalls = 0;
  readonly #variables: Record<string, string>;
  #process: Spillway | undefined;
  /** The output of the processes that have ended. */
  #earlier = '';
  #stopped = false;

  constructor(variables: Record<string, string>) {
    this.#variables = variables;
  }

  async start(): Promise<void> {
    if (this.#stopped) return;
    this.#process = await startSpillway(this.#variables, { entry: 'backfill' });
    // It may have been stopped meanwhile.
    if (this.#stopped) await this.end('SIGKILL');
  }

  /** The output of all its processes. */
  get output(): string {
    return this.#earlier + (this.#process?.output() ?? '');
  }

  async kill(): Promise<void> {
    this.kills++;
    await this.end('SIGKILL');
    await this.start();
  }

  async stall(ms: number): Promise<void> {
    if (!this.#process) return;
    const { pid } = this.#process;
    this.stalls++;
    process.kill(pid, 'SIGSTOP');
    await Bun.sleep(ms);
    process.kill(pid, 'SIGCONT');
  }

  /** Ends its process, for good: a fault that is under way starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.end('SIGKILL');
  }

  /** Answers the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const worker = this.#process;
    if (!worker) return 0;
    const code = await worker.end(signal);
    this.#earlier += worker.output();
    this.#process = undefined;
    return code;
  }
}
