import type { ContainerRuntimeClient, GenericContainer } from 'testcontainers';
import type { Host } from './host.ts';

const checks = new Map<string, Promise<boolean>>();

/** Whether a Docker engine answers, and has the image or can get it. */
export function dockerHas(image: string): Promise<boolean> {
  const check = checks.get(image) ?? getImage(image);
  checks.set(image, check);
  return check;
}

async function getImage(image: string): Promise<boolean> {
  if (!(await docker(5000, 'version', '--format', '{{.Server.Version}}'))) return false;
  return (await docker(5000, 'image', 'inspect', image)) || docker(300_000, 'pull', '--quiet', image);
}

async function docker(timeout: number, ...args: string[]): Promise<boolean> {
  try {
    const child = Bun.spawn(['docker', ...args], { stdout: 'ignore', stderr: 'ignore', timeout });
    return (await child.exited) === 0;
  } catch {
    return false;
  }
}

/** Runs a container. Testcontainers' Ryuk removes it, also when the tests are killed. */
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
