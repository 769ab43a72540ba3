import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { Gathering } from './gathering.ts';
import { NUMBER, type ToParent, type ToProcess } from './messages.ts';

interface SupervisorDeps {
  readonly count: number;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A process that ran for this long, in milliseconds, is started again at once. */
const STEADY_MS = 10_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** Starts the processes that share a port, and another for each that ends unasked. */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #children = new Map<number, ChildProcess>();
  readonly #gathering: Gathering;
  readonly #ended = Promise.withResolvers<number>();
  #isStopping = false;
  #worstCode = 0;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#gathering = new Gathering(deps.clock);
  }

  /** Settles once all have ended after a stop, or the first start has failed; with the worst exit status. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** Starts one process and, when it listens, the others: what is wrong is told once. */
  start(): void {
    const onFirst = (hasListened: boolean) => {
      if (!hasListened) {
        this.#isStopping = true;
        return;
      }
      for (let number = 2; number <= this.#deps.count; number++) this.#keepRunning(number);
    };
    this.#keepRunning(1, onFirst);
  }

  /** Passes the first signal on to all. None is started any more. */
  stop(signal: NodeJS.Signals): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const child of this.#children.values()) child.kill(signal);
    if (this.#children.size === 0) this.#ended.resolve(0);
  }

  #keepRunning(number: number, onFirst?: (hasListened: boolean) => void, tries = 0): void {
    const { clock, log } = this.#deps;
    const began = clock.now();
    const child = this.#spawn(number);
    let hasListened = false;
    this.#children.set(number, child);
    child.on('message', (message: ToParent) => {
      if (message.kind === 'listening' && !hasListened) {
        hasListened = true;
        onFirst?.(true);
      } else this.#onMessage(number, message);
    });
    child.once('exit', (code, signal) => {
      this.#children.delete(number);
      if (!hasListened) onFirst?.(false);
      if (this.#isStopping) return this.#onStopped(code ?? 1);
      const failed = clock.now() - began < STEADY_MS ? tries + 1 : 0;
      const inMs = failed === 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failed);
      log.error('A process has ended, and another one takes its place', {
        process: number,
        ...(signal ? { signal } : { status: code ?? 'unknown' }),
        inMs,
      });
      clock.after(inMs, () => {
        if (!this.#isStopping) this.#keepRunning(number, undefined, failed);
      });
    });
  }

  #spawn(number: number): ChildProcess {
    return spawn(process.execPath, commandLine(process), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // JSON has no NaN, which some gauges have.
      serialization: 'advanced',
      env: { ...process.env, PORT: String(this.#deps.port), [NUMBER]: String(number) },
    });
  }

  #onMessage(from: number, message: ToParent): void {
    switch (message.kind) {
      case 'listening':
        break;
      case 'metrics':
        this.#gathering.answer(from, message.id, message.metrics);
        break;
      case 'gather': {
        const ask = (number: number, id: number) => this.#send(number, { kind: 'collect', id });
        void this.#gathering
          .gather([...this.#children.keys()], ask)
          .then((all) => this.#send(from, { kind: 'gathered', id: message.id, all }));
      }
    }
  }

  #send(number: number, message: ToProcess): void {
    const child = this.#children.get(number);
    // One that is about to end gives no answer, and nobody waits for it.
    if (child?.connected) child.send(message, () => {});
  }

  #onStopped(code: number): void {
    this.#worstCode = Math.max(this.#worstCode, code);
    if (this.#children.size === 0) this.#ended.resolve(this.#worstCode);
  }
}

/** The arguments of this process. In a single binary the second one is no file, but the binary's own. */
function commandLine({ execArgv, argv }: NodeJS.Process): string[] {
  const isBinary = argv[1]?.startsWith('/$bunfs/') ?? false;
  return [...execArgv, ...argv.slice(isBinary ? 2 : 1)];
}
