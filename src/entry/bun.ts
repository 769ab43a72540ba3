import { runApi } from './api.ts';

await runApi(({ hostname, port, answer }) => {
  const server = Bun.serve({
    hostname,
    port,
    // Bun's own error page is for developers of Bun's apps. Without it Bun would share a port that is taken.
    development: false,
    reusePort: false,
    // The app has its own limit, which answers with a problem document; Bun's would answer without one.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, self) => answer(request, self.requestIP(request)?.address),
  });
  return {
    port: server.port ?? port,
    stop: () => server.stop(),
    cut: () => server.stop(true),
  };
});
