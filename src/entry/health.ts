import { errorMessage } from '../common/error-message.ts';
import { get } from 'node:http';
import { readAddress } from '../config/address.ts';
import { WORKER_PORT } from '../config/config.ts';
import { orExit } from './container.ts';

// Liveness check of the API on this machine, or of the worker (`health backfill`), for containers without a
// shell and curl. Exits with 0 if it is alive.

/** Below the usual 3 s of a health check. */
const WAIT_MS = 2000;
const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

const { host, port: apiPort, adminPort } = await orExit(() => readAddress(process.env));
const [name, port] =
  process.argv.at(-1) === 'backfill' ? ['worker', adminPort ?? WORKER_PORT] : ['API', apiPort];
const address = ANY_ADDRESS.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
const url = `http://${address}:${port}/health/live`;
try {
  const status = await statusOf(url);
  if (status !== 200) throw new Error(`answered with ${status}`);
  console.log('live');
} catch (error) {
  console.error(`The ${name} does not answer on ${url}: ${errorMessage(error)}`);
  process.exit(1);
}

/** The status of a GET. `fetch` would use the proxy that a container may have in its environment. */
function statusOf(target: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(target, { signal: AbortSignal.timeout(WAIT_MS) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
