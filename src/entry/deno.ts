import { runApi } from './api.ts';

/** What is used of Deno. Its own types would clash with those of Bun and Node, which the compiler has for all files. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; readonly shutdown: () => Promise<void> };
};

await runApi(({ hostname, port, answer }) => {
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
