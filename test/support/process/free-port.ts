import { connect } from 'node:net';

/** Below the ports that systems give to outgoing connections, any of which could take one before it is listened on. */
const [FIRST, COUNT] = [12_000, 20_000];

const given = new Set<number>();

/** A port that is free at this moment, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    // Tests run in several processes at once, which have to pick others.
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** By a connection that is refused. A listener of ours would be inherited for a moment by a process that is being started. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}
