import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ListenOnSockets } from './server.ts';
import type { Wire } from './wire.ts';

type Options = Parameters<ListenOnSockets>[0];

/** Sockets of Node, and of Deno, which has the same API. */
export const listenOnNodeSockets: ListenOnSockets = (options) => {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => connect(socket, options));
  return listen(server, options);
};

/** Hands a socket to a connection of the server. */
export function connect(socket: Socket, { open, closed }: Options, wire: Wire = wireOf(socket)): void {
  const connection = open(wire, socket.remoteAddress);
  socket
    .on('data', (bytes: Buffer) => connection.receive(bytes))
    .on('drain', () => connection.flushed())
    .on('end', () => connection.ended())
    // The end of the connection follows.
    .on('error', () => {})
    .on('close', () => closed(connection));
}

export function wireOf(socket: Socket): Wire {
  return {
    write: (bytes) => socket.write(bytes),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** Settles once the server listens. */
export async function listen(server: Server, { hostname, port, sharesPort }: Options) {
  server.listen({ port, host: hostname, reusePort: sharesPort });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => void server.close(),
  };
}
