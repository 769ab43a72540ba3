import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ListenOnSockets } from './server.ts';

/** Sockets of Node, and of Deno, which has the same API. */
export const listenOnNodeSockets: ListenOnSockets = async ({ hostname, port, sharesPort, open, closed }) => {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const wire = {
      write: (bytes: Uint8Array) => socket.write(bytes),
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
    };
    const connection = open(wire, socket.remoteAddress);
    socket
      .on('data', (bytes: Buffer) => connection.receive(bytes))
      .on('drain', () => connection.flushed())
      .on('end', () => connection.ended())
      // The end of the connection follows.
      .on('error', () => {})
      .on('close', () => closed(connection));
  });
  server.listen({ port, host: hostname, reusePort: sharesPort });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => void server.close(),
  };
};
