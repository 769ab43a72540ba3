import type { Socket } from 'bun';
import type { Connection } from './connection.ts';
import type { ListenOnSockets } from './server.ts';
import type { Wire } from './wire.ts';

/** Bun's own sockets: `node:net` costs half as much CPU again for each request. */
export const listenOnBunSockets: ListenOnSockets = async ({ hostname, port, sharesPort, open, closed }) => {
  const listener = Bun.listen<{ wire: BunWire; connection: Connection }>({
    hostname,
    port,
    // Two processes must not share a port unnoticed.
    exclusive: !sharesPort,
    // Missing in the types of `Bun.listen`.
    ...({ reusePort: sharesPort } as object),
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const wire = new BunWire(socket);
        socket.data = { wire, connection: open(wire, socket.remoteAddress) };
      },
      data: (socket, bytes) => socket.data.connection.receive(bytes),
      drain(socket) {
        if (socket.data.wire.flush()) socket.data.connection.flushed();
      },
      end: (socket) => socket.data.connection.ended(),
      // The end of the connection follows.
      error() {},
      close: (socket) => closed(socket.data.connection),
    },
  });
  return { port: listener.port, close: () => listener.stop() };
};

/** Wire over a socket that takes a part of what is written, and leaves the rest to the writer. */
class BunWire implements Wire {
  readonly #socket: Socket<unknown>;
  #rest: Uint8Array | undefined;
  #endsAfterwards = false;

  constructor(socket: Socket<unknown>) {
    this.#socket = socket;
  }

  write(bytes: Uint8Array): boolean {
    this.#rest = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    return this.flush();
  }

  /** Answers whether all is written. */
  flush(): boolean {
    if (!this.#rest) return true;
    const written = Math.max(0, this.#socket.write(this.#rest));
    this.#rest = written < this.#rest.length ? this.#rest.subarray(written) : undefined;
    if (this.#rest) return false;
    if (this.#endsAfterwards) this.#socket.shutdown();
    return true;
  }

  end(): void {
    if (this.#rest) this.#endsAfterwards = true;
    else this.#socket.shutdown();
  }

  destroy(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
