import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { runApi } from './api.ts';
import { readRest } from './node-rest.ts';

await runApi(async ({ hostname, port, answer }) => {
  const server = createServer(
    getRequestListener(async (request, { incoming, outgoing }) => {
      const response = await answer(request, incoming.socket.remoteAddress);
      if (!(await readRest(incoming))) outgoing.setHeader('Connection', 'close');
      return response;
    }),
  );
  server.listen(port, hostname);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async stop() {
      const closed = once(server, 'close');
      // Not the close of HTTP: it cuts idle connections, and with them a request that is just arriving.
      Server.prototype.close.call(server);
      await closed;
    },
    cut: () => server.closeAllConnections(),
  };
});
