import { unnamedParts } from '../../../src/config/embedded.ts';
import { type Child, startChild } from './child.ts';
import { launchOf, type Runtime } from './runtimes.ts';
import { tempDir } from './temp-dir.ts';

const ENTRIES = {
  api: {
    file: (runtime: Runtime) => `src/entry/${runtime}.ts`,
    subcommand: 'serve',
    ready: /(?:Listening|Ready) on (https?:\S+)/,
  },
  backfill: {
    file: () => 'src/entry/backfill.ts',
    subcommand: 'backfill',
    ready: /Backfill worker (started)/,
  },
} as const;

/** A running process of the service. */
export interface Spillway extends Omit<Child, 'word'> {
  readonly url: string;
  /** Its own directory, with the logs and what is embedded. */
  readonly dir: string;
  readonly post: (body: unknown) => Promise<Response>;
  /** The value of a sample, by its name and labels as they are printed. */
  readonly metric: (sample: string) => Promise<number>;
}

interface StartOptions {
  readonly entry?: keyof typeof ENTRIES;
  readonly dir?: string;
  readonly runtime?: Runtime;
  /** The single binary, to be run instead of the sources. */
  readonly binary?: string | undefined;
}

/** What no variable names is embedded, where something can be. */
function embeddedIn(runtime: Runtime, variables: Record<string, string>): Record<string, string> {
  return runtime === 'workerd' || runtime === 'object' ? {} : { EMBEDDED: unnamedParts(variables).join(',') };
}

/** Starts the service as a process, on any free port, and waits until it listens. */
export async function startSpillway(
  variables: Record<string, string> = {},
  { entry = 'api', dir = tempDir().path, runtime = 'bun', binary }: StartOptions = {},
): Promise<Spillway> {
  const { ready, subcommand } = ENTRIES[entry];
  const file = ENTRIES[entry].file(runtime);
  const launch = binary ? { command: [binary, subcommand] } : await launchOf(runtime, file);
  const defaults = {
    PORT: '0',
    // Two workers of one machine can't share the usual one.
    ...(entry === 'backfill' ? { ADMIN_PORT: '0' } : {}),
    SHUTDOWN_DELAY_SECONDS: '0',
    ...embeddedIn(runtime, variables),
  };
  const env = { ...defaults, ...launch.env, ...variables };
  const { word: url, ...child } = await startChild(file, { ...launch, env }, { dir, ready });
  return {
    ...child,
    url,
    dir,
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
  };
}

/** Has the embedded Kafka of a service fail, or recover. Throws where that is refused. */
export async function switchKafka({ url }: Pick<Spillway, 'url'>, to: 'fail' | 'recover'): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/dev/kafka/${to}`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`The switch was answered with ${response.status}`);
  return response.json();
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
