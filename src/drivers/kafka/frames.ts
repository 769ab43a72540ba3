import type { Socket } from 'node:net';

/** Above what any answer to a producer has. Whoever announces more does not speak Kafka's protocol. */
const MAX_FRAME_BYTES = 100_000_000;
const LENGTH_BYTES = 4;

/**
 * Hands the socket's reader whole answers only. KafkaJS keeps the bytes of half an answer over a
 * reconnect and takes them for the beginning of the next one; and what its reader throws would end
 * the process. Here half an answer dies with its socket, and so does a socket whose reader throws.
 */
export function deliverWholeFrames(socket: Socket): Socket {
  const on = socket.on.bind(socket) as (event: string, listener: (...args: never[]) => void) => Socket;
  const intercepted = (event: string, listener: (...args: never[]) => void) =>
    on(event, event === 'data' ? wholeFrames(socket, listener as (frames: Buffer) => void) : listener);
  socket.on = intercepted as typeof socket.on;
  return socket;
}

function wholeFrames(socket: Socket, reader: (frames: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer[] = [];
  let buffered = 0;
  let needed = LENGTH_BYTES;
  return (chunk) => {
    rest.push(chunk);
    buffered += chunk.length;
    if (buffered < needed) return;
    const bytes = rest.length === 1 ? chunk : Buffer.concat(rest);
    const { end, next } = measure(bytes);
    rest = end === bytes.length ? [] : [bytes.subarray(end)];
    buffered = bytes.length - end;
    needed = next;
    try {
      if (next > MAX_FRAME_BYTES) throw new Error('The answer is not in the protocol of Kafka');
      if (end > 0) reader(bytes.subarray(0, end));
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error('The answer could not be read'));
    }
  };
}

/** Where the last whole frame ends, and how many bytes the one after it has. */
function measure(bytes: Buffer): { end: number; next: number } {
  let end = 0;
  while (end + LENGTH_BYTES <= bytes.length) {
    const next = LENGTH_BYTES + bytes.readUInt32BE(end);
    if (end + next > bytes.length) return { end, next };
    end += next;
  }
  return { end, next: LENGTH_BYTES };
}
