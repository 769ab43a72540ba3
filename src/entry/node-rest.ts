import type { Readable } from 'node:stream';

const REST_MS = 500;

interface Incoming extends Readable {
  /** Whether the whole body has arrived. */
  readonly complete: boolean;
}

/**
 * Reads what the app has left of a body, for so long, and answers whether that was all of it. A
 * client that is still sending when Node closes the connection may never see its answer, and one
 * that goes on with a connection whose rest is unread would lose the next request.
 */
export async function readRest(incoming: Incoming): Promise<boolean> {
  if (incoming.complete || incoming.destroyed) return incoming.complete;
  // Whoever read before has what it wanted, and would hold the stream.
  incoming.removeAllListeners('data');
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, REST_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    incoming.once('end', done).once('close', done).resume();
  });
  return incoming.complete;
}
