import { get } from 'node:http';
import { readConfig } from '../config.ts';
import { orExit } from './container.ts';

// For the health check of a container that has no shell and no curl: 0 if the API on this machine is alive.

/** Health checks are given 3 s. */
const WAIT_MS = 2000;
const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

const { host, port } = await orExit(() => readConfig(process.env));
const address = ANY_ADDRESS.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
const url = `http://${address}:${port}/health/live`;
try {
  const status = await statusOf(url);
  if (status !== 200) throw new Error(`answered with ${status}`);
  console.log('live');
} catch (error) {
  console.error(`The API does not answer on ${url}: ${error instanceof Error ? error.message : 'unknown'}`);
  process.exit(1);
}

/** Not by `fetch`, which goes through the proxy that a container may be told to use. */
function statusOf(target: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(target, { signal: AbortSignal.timeout(WAIT_MS) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
