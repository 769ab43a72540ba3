import { type Listen, runApi } from './api.ts';
import { listenOnNodeSockets } from './http1/node-sockets.ts';
import { listenOn } from './listen.ts';

/**
 * The part of Deno's API that is used. Deno's own types would clash with those of Bun and Node, which the
 * compiler has for all files.
 */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; readonly shutdown: () => Promise<void> };
  /** Present on Deno Deploy, and with --unstable-cron. */
  readonly cron?: (name: string, schedule: string, run: () => Promise<void>) => Promise<void>;
};

/** Time limit of a run, in milliseconds: cron skips the next one, a minute later, while this one runs. */
const AWAKE_MS = 50_000;

/** Server of Deno Deploy, which hands requests to `Deno.serve` and to nothing else. */
const listenOnDeploy: Listen = ({ hostname, port, answer }) => {
  const server = Deno.serve(
    // Silences Deno's own line.
    { hostname, port, onListen() {} },
    (request, { remoteAddr }) => answer(request, remoteAddr.hostname),
  );
  return {
    port: server.addr.port,
    stop: () => server.shutdown(),
    // A no-op: Deno fails on an abort after a shutdown, and the end of the process closes the rest.
    cut() {},
  };
};

const onDeploy = process.env['DENO_DEPLOY'] !== undefined;
const api = runApi(onDeploy ? listenOnDeploy : listenOn(listenOnNodeSockets));

// Wakes an instance that Deno Deploy has stopped for lack of requests, although messages are parked. Deno
// Deploy finds the schedule only if it is declared before the server listens, hence in the first turn of the
// event loop.
void Deno.cron?.('Drain the fallback list', '* * * * *', async () => {
  const wake = await api;
  await wake({ forMs: AWAKE_MS });
});
await api;
