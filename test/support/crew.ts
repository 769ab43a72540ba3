import { type Spillway, startSpillway } from './spillway.ts';

/** A place for a worker: a process that is killed and started again, or that stands still for a while. */
export class Seat {
  kills = 0;
  stalls = 0;
  readonly #variables: Record<string, string>;
  #worker: Spillway | undefined;
  /** What those that are gone have written. */
  #past = '';

  constructor(variables: Record<string, string>) {
    this.#variables = variables;
  }

  async start(): Promise<void> {
    this.#worker = await startSpillway(this.#variables, { entry: 'backfill' });
  }

  /** What all that sat here have written. */
  get output(): string {
    return this.#past + (this.#worker?.output() ?? '');
  }

  async kill(): Promise<void> {
    this.kills++;
    await this.end('SIGKILL');
    await this.start();
  }

  async stall(ms: number): Promise<void> {
    if (!this.#worker) return;
    const { pid } = this.#worker;
    this.stalls++;
    process.kill(pid, 'SIGSTOP');
    await Bun.sleep(ms);
    process.kill(pid, 'SIGCONT');
  }

  /** Answers the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const worker = this.#worker;
    if (!worker) return 0;
    const code = await worker.end(signal);
    this.#past += worker.output();
    this.#worker = undefined;
    return code;
  }
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
