import type { ContainerRuntimeClient, GenericContainer } from 'testcontainers';
import type { Host } from './host.ts';

/** Whether a Docker engine answers. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    const check = Bun.spawn(['docker', 'version', '--format', '{{.Server.Version}}'], {
      stdout: 'ignore',
      stderr: 'ignore',
      timeout: 5000,
    });
    return (await check.exited) === 0;
  } catch {
    return false;
  }
}

/** Runs a container. Testcontainers removes it, also when the tests are killed. */
export class DockerHost implements Host {
  readonly #container: GenericContainer;
  #id: string | undefined;
  #runtime: ContainerRuntimeClient | undefined;

  constructor(container: GenericContainer) {
    this.#container = container;
  }

  async start(): Promise<void> {
    if (this.#id) return void (await this.#handle().start());
    const { getContainerRuntimeClient } = await import('testcontainers');
    this.#runtime = await getContainerRuntimeClient();
    this.#id = (await this.#container.start()).getId();
  }

  async kill(): Promise<void> {
    await this.#handle().kill({ signal: 'SIGKILL' });
    await this.#handle().wait();
  }

  async pause(): Promise<void> {
    await this.#handle().pause();
  }

  async resume(): Promise<void> {
    await this.#handle().unpause();
  }

  #handle() {
    if (!this.#id || !this.#runtime) throw new Error('Start the container first');
    return this.#runtime.container.getById(this.#id);
  }
}
