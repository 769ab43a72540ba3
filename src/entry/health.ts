import { errorMessage } from '../common/error-message.ts';
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { connect } from 'node:tls';
import { readAddress } from '../config/address.ts';
import { WORKER_PORT } from '../config/config.ts';
import { orExit } from './container.ts';

// Liveness check of the API on this machine, or of the worker (`health backfill`), for containers without a
// shell and curl. Exits with 0 if it is alive.

/** Below the usual 3 s of a health check. */
const WAIT_MS = 2000;
const ANY_ADDRESS = new Set(['0.0.0.0', '::']);
/** The certificate is for the names that clients use, and this machine asks itself. */
const TRUSTING = { rejectUnauthorized: false };

const settings = await orExit(() => readAddress(process.env));
const isWorker = process.argv.at(-1) === 'backfill';
const [name, port] = isWorker
  ? ['worker', settings.adminPort ?? WORKER_PORT]
  : ['API', settings.adminPort || settings.port];
// The operators' port speaks plain HTTP.
const tls = port === settings.port && !isWorker ? settings.tls : undefined;
const address = ANY_ADDRESS.has(settings.host) ? 'localhost' : settings.host;
const host = address.includes(':') ? `[${address}]` : address;
const url = `${tls ? 'https' : 'http'}://${host}:${port}/health/live`;
try {
  if (tls?.clientCaFile !== undefined) await handshake();
  else {
    const status = await statusOf(url);
    if (status !== 200) throw new Error(`answered with ${status}`);
  }
  console.log('live');
} catch (error) {
  console.error(`The ${name} does not answer on ${url}: ${errorMessage(error)}`);
  process.exit(1);
}
process.exit(0);

/** The status of a GET. `fetch` would use the proxy that a container may have in its environment. */
function statusOf(target: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const request = target.startsWith('https:')
      ? getOverTls(target, { ...TRUSTING, signal })
      : get(target, { signal });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
}

/**
 * Settles once the API has answered in a TLS handshake, as far as one goes without a client certificate, which
 * this command has none of.
 */
function handshake(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, ...TRUSTING });
    socket.once('secureConnect', resolve).on('error', reject);
    setTimeout(() => reject(new Error(`No TLS handshake within ${WAIT_MS} ms`)), WAIT_MS);
  });
}
