import type { Clock } from '../../ports/clock.ts';
import type { Certificate } from './certificate.ts';
import { Connection } from './connection.ts';
import type { Direct } from '../../http/direct.ts';
import type { WantsStream } from './reader.ts';
import type { Wire } from './wire.ts';

export interface ServerOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  /** Whether other processes listen on the same port (SO_REUSEPORT). */
  readonly sharesPort?: boolean;
  /** Certificate of a listener with TLS, on sockets that speak it. */
  readonly tls?: Certificate | undefined;
  readonly clock: Clock;
  /** Time for which a connection may wait for its next request, in milliseconds. */
  readonly keepAliveMs: number;
  readonly maxBodyBytes: number;
  /** Handles a request before there is a `Request` of it, or answers undefined. */
  readonly direct?: Direct;
  /** Whether `answer` wants a request before its body has arrived, which then is a stream. */
  readonly wantsStream?: WantsStream;
  /** Handles a request, with the address of its connection: a header with another one proves nothing. */
  readonly answer: (request: Request, clientAddress: string | undefined) => Response | Promise<Response>;
}

/** Sockets of a runtime. */
export type ListenOnSockets = (options: {
  readonly hostname: string;
  readonly port: number;
  readonly sharesPort: boolean;
  readonly open: (wire: Wire, clientAddress: string | undefined) => Connection;
  readonly closed: (connection: Connection) => void;
}) => Promise<{ readonly port: number; readonly close: () => void }>;

const SWEEP_MS = 1000;

/** HTTP/1.1 server on sockets, with the same behaviour on every runtime. */
export async function serve(
  listen: ListenOnSockets,
  {
    hostname,
    port,
    sharesPort = false,
    tls,
    clock,
    keepAliveMs,
    maxBodyBytes,
    direct,
    wantsStream,
    answer,
  }: ServerOptions,
) {
  const connections = new Set<Connection>();
  const areClosed = Promise.withResolvers<void>();
  let isStopping = false;
  const listener = await listen({
    hostname,
    port,
    sharesPort,
    open(wire, clientAddress) {
      const connection = new Connection(wire, {
        clock,
        keepAliveMs,
        maxBodyBytes,
        scheme: tls ? 'https' : 'http',
        wantsStream,
        direct: (head, body) => direct?.(head, body, clientAddress),
        answer: (request) => answer(request, clientAddress),
        later: setImmediate,
      });
      connections.add(connection);
      return connection;
    },
    closed(connection) {
      connection.destroy();
      connections.delete(connection);
      if (isStopping && connections.size === 0) areClosed.resolve();
    },
  });
  const sweep = () => {
    for (const connection of connections) connection.sweep();
    clock.after(SWEEP_MS, sweep);
  };
  clock.after(SWEEP_MS, sweep);
  return {
    port: listener.port,
    /**
     * Stops accepting connections, and settles when all are closed. Idle ones are kept, since a request may
     * be just arriving on them.
     */
    stop(): Promise<void> {
      isStopping = true;
      listener.close();
      if (connections.size === 0) areClosed.resolve();
      return areClosed.promise;
    },
    /** Closes the remaining connections at once. */
    cut(): void {
      for (const connection of connections) connection.destroy();
    },
  };
}
