import type { Listen } from './api.ts';
import { type ListenOnSockets, serve } from './http1/server.ts';
import { listenOnTlsSockets } from './http1/tls-sockets.ts';

/** HTTP server on the sockets of a runtime, or with TLS on those of `node:tls`. */
export const listenOn =
  (sockets: ListenOnSockets): Listen =>
  (options) =>
    serve(options.tls ? listenOnTlsSockets(options.tls) : sockets, options);
