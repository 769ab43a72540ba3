import { join } from 'node:path';
import { hasEnded, killAtEnd } from '../test/support/process/janitor.ts';
import type { ClientName, Figures, Services, Task } from './client.ts';

/** A client in a process of its own, which stands still while others are measured. */
export class Contender {
  readonly #process: Bun.Subprocess;
  #answer = Promise.withResolvers<unknown>();

  private constructor(client: ClientName, services: Services, env: Record<string, string>) {
    const child = join(import.meta.dir, 'child.ts');
    this.#process = Bun.spawn([process.execPath, child, client, JSON.stringify(services)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      ipc: (message) => this.#answer.resolve(message),
      onExit: ({ pid }, code) => {
        hasEnded(pid);
        this.#answer.reject(new Error(`${client} ended with ${code}`));
      },
    });
    killAtEnd(this.#process.pid);
    // Who awaits it is told; when it is stopped nobody does.
    this.#answer.promise.catch(() => {});
  }

  static async start(...args: [ClientName, Services, Record<string, string>]): Promise<Contender> {
    const contender = new Contender(...args);
    await contender.#answer.promise;
    contender.#process.kill('SIGSTOP');
    return contender;
  }

  async measure(task: Task): Promise<Figures> {
    this.#answer = Promise.withResolvers();
    this.#answer.promise.catch(() => {});
    this.#process.kill('SIGCONT');
    this.#process.send(task);
    const figures = (await this.#answer.promise) as Figures;
    this.#process.kill('SIGSTOP');
    return figures;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }
}
