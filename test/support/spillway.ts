import { hasEnded, killAtEnd } from './janitor.ts';
import { commandOf, type Runtime } from './runtimes.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

const ENTRIES = {
  api: {
    file: (runtime: Runtime) => `src/entry/${runtime}.ts`,
    subcommand: 'serve',
    ready: /Listening on (http:\S+)/,
  },
  backfill: {
    file: () => 'src/entry/backfill.ts',
    subcommand: 'backfill',
    ready: /Backfill worker (started)/,
  },
} as const;

/** A running process of the service. */
export interface Spillway {
  readonly url: string;
  readonly pid: number;
  /** Its own directory, with the logs and what is embedded. */
  readonly dir: string;
  /** What it has written so far, standard output and errors. */
  readonly output: () => string;
  readonly post: (body: unknown) => Promise<Response>;
  /** The value of a sample, by its name and labels as they are printed. */
  readonly metric: (sample: string) => Promise<number>;
  /** Sends the signal and waits for the end; answers the exit code. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT') => Promise<number>;
}

interface StartOptions {
  readonly entry?: keyof typeof ENTRIES;
  readonly dir?: string;
  readonly runtime?: Runtime;
  /** The single binary, to be run instead of the sources. */
  readonly binary?: string | undefined;
}

/** Starts the service as a process, on any free port, and waits until it listens. */
export async function startSpillway(
  variables: Record<string, string> = {},
  { entry = 'api', dir = tempDir().path, runtime = 'bun', binary }: StartOptions = {},
): Promise<Spillway> {
  const { ready, subcommand } = ENTRIES[entry];
  const file = ENTRIES[entry].file(runtime);
  const child = Bun.spawn(binary ? [binary, subcommand] : await commandOf(runtime, file), {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', SHUTDOWN_DELAY_SECONDS: '0', ...variables },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  killAtEnd(child.pid);
  void child.exited.then(() => hasEnded(child.pid));
  let output = '';
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const ended = Promise.all([collect(child.stdout), collect(child.stderr), child.exited]);
  const [, url = ''] = await until(`${file} is ready`, () => {
    if (child.exitCode !== null) return ['ended'];
    return ready.exec(output);
  });
  if (child.exitCode !== null) {
    await ended;
    throw new Error(`${file} ended with ${child.exitCode}: ${output}`);
  }
  return {
    url,
    pid: child.pid,
    dir,
    output: () => output,
    post: (body) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async metric(sample) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
      return Number(line?.slice(sample.length));
    },
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode ?? 128;
    },
  };
}

/** What the tests' operators send, where the service was started with it. */
export const ADMIN_TOKEN = 'of-the-operators';

/** Orders the Kafka circuit as an operator does. Throws where that is refused. */
export async function force(
  service: Spillway,
  mode: 'auto' | 'forced-open' | 'forced-closed',
): Promise<void> {
  const response = await fetch(`${service.url}/admin/circuits/kafka`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ mode, by: 'ana', reason: 'maintenance' }),
  });
  if (!response.ok) throw new Error(`The order was answered with ${response.status}`);
}
