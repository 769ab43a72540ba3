import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, type EdgeEntry } from './bundle.ts';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

const ROOT = join(import.meta.dir, '../../..');

/**
 * Runs what would be deployed on workerd itself: unlike in wrangler dev, nothing stands between it
 * and its clients, so that it sees how they end.
 */
export async function startWorkerd(
  entry: EdgeEntry,
  variables: Record<string, string>,
): Promise<Child & { readonly url: string }> {
  const { path: dir } = tempDir();
  const port = await freePort();
  writeFileSync(join(dir, 'worker.js'), readFileSync(await bundle(entry)));
  writeFileSync(join(dir, 'config.capnp'), configOf(entry, { port, dir, variables }));
  const command = [join(ROOT, 'node_modules/.bin/workerd'), 'serve', 'config.capnp'];
  const child = await startChild('workerd', { command, isGroup: true }, { dir, ready: /^/ });
  const url = `http://127.0.0.1:${port}`;
  try {
    await until('workerd listens', async () => (await fetch(`${url}/health/live`)).ok);
  } catch (error) {
    await child.end('SIGKILL');
    throw new Error(child.output().slice(-2000), { cause: error });
  }
  return { ...child, url };
}

interface Place {
  readonly port: number;
  /** Where an object has its SQLite. */
  readonly dir: string;
  readonly variables: Readonly<Record<string, string>>;
}

function configOf(entry: EdgeEntry, { port, dir, variables }: Place): string {
  const texts = Object.entries(variables).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  const object = '(name = "SPILLWAY", durableObjectNamespace = "Spillway")';
  const isObject = entry === 'cloudflare-object';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      compatibilityFlags = ["nodejs_compat"],
      bindings = [${[...texts, ...(isObject ? [object] : [])].join(', ')}],
      ${isObject ? OBJECT : ''}
    )),
    (name = "disk", disk = (path = ${JSON.stringify(dir)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}

const OBJECT = `
      durableObjectNamespaces = [(className = "Spillway", uniqueKey = "spillway", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
`;
