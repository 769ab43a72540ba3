import { createServer } from 'node:net';

const given = new Set<number>();

/** A port that is free at this moment, and that this process was not given before. */
export async function freePort(): Promise<number> {
  const port = await anyPort();
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No port')),
      );
    });
  });
}
