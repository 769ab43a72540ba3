import type { Socket } from 'node:net';
import { describeForeign } from './foreign-protocol.ts';

/**
 * Frame size limit, above any response to a producer. A peer that announces more does not speak Kafka's
 * protocol.
 */
const MAX_FRAME_BYTES = 100_000_000;
const LENGTH_BYTES = 4;

/**
 * Length-prefixed framing in front of KafkaJS's reader, which then sees complete responses only. KafkaJS
 * keeps a partial response across a reconnect and takes it for the beginning of the next one, and an
 * exception in its reader would end the process. Here a partial response is dropped with its socket, and an
 * exception destroys the socket.
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
      if (next > MAX_FRAME_BYTES) throw new Error(describeForeign(bytes.subarray(end)));
      if (end > 0) reader(bytes.subarray(0, end));
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error('The answer could not be read'));
    }
  };
}

/** The end of the last complete frame in `bytes`, and the size of the one after it, prefix included. */
function measure(bytes: Buffer): { end: number; next: number } {
  let end = 0;
  while (end + LENGTH_BYTES <= bytes.length) {
    const next = LENGTH_BYTES + bytes.readUInt32BE(end);
    if (end + next > bytes.length) return { end, next };
    end += next;
  }
  return { end, next: LENGTH_BYTES };
}
