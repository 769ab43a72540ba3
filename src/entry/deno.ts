import { runApi } from './api.ts';

/** What is used of Deno. Its own types would clash with those of Bun and Node, which the compiler has for all files. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; readonly shutdown: () => Promise<void> };
  /** On Deno Deploy, and with --unstable-cron. */
  readonly cron?: (name: string, schedule: string, run: () => Promise<void>) => Promise<void>;
};

/** The next one comes after a minute, and is left out where this one still runs. */
const AWAKE_MS = 50_000;

const api = runApi(({ hostname, port, answer }) => {
  const server = Deno.serve(
    // Without `onListen` Deno would print a line of its own.
    { hostname, port, onListen() {} },
    (request, { remoteAddr }) => answer(request, remoteAddr.hostname),
  );
  return {
    port: server.addr.port,
    stop: () => server.shutdown(),
    // Deno fails on an abort that follows a shutdown. The end of the process cuts what is left.
    cut() {},
  };
});

// Deno Deploy stops an instance that has no requests, whatever is parked; this starts one. It is found
// there only where it is said before anything listens, hence before the first turn of the event loop.
void Deno.cron?.('Drain the fallback list', '* * * * *', async () => {
  const wake = await api;
  await wake({ forMs: AWAKE_MS });
});
await api;
