import { createServer, type TLSSocket } from 'node:tls';
import type { Certificate, CertificateTexts } from './certificate.ts';
import { LIMITS } from './limits.ts';
import { connect, listen, wireOf } from './node-sockets.ts';
import type { ListenOnSockets } from './server.ts';
import type { Wire } from './wire.ts';

/**
 * Sockets with TLS. `node:tls` is the same on Bun, Node and Deno, and takes a renewed certificate while it
 * listens: connections that are open keep the one that they began with.
 */
export function listenOnTlsSockets(certificate: Certificate): ListenOnSockets {
  return (options) => {
    const asksClients = certificate.texts.ca !== undefined;
    const server = createServer(
      {
        ...secureContext(certificate.texts),
        ALPNProtocols: ['http/1.1'],
        requestCert: asksClients,
        rejectUnauthorized: asksClients,
        // From the connection on: a client that sends nothing is let go as well.
        handshakeTimeout: LIMITS.headMs,
        allowHalfOpen: true,
        noDelay: true,
      },
      (socket) => connect(socket, options, tlsWireOf(socket)),
    );
    // One client's fault: plain HTTP, a protocol that is too old, no certificate, or one of another CA.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    certificate.onRenewal((renewed) => server.setSecureContext(secureContext(renewed)));
    return listen(server, options);
  };
}

/** Options of a secure context. They replace all of the former ones. */
export const secureContext = (texts: CertificateTexts) => ({ ...texts, minVersion: 'TLSv1.2' }) as const;

/** TLS socket of Deno, with the TCP socket below it. */
interface DenoSocket {
  readonly _handle?: { readonly _nativeTcpHandle?: { readStop(): void; readStart(): void } } | null;
}

/**
 * Wire that stops reading when it is paused. A paused TLS socket of Deno (2.9) still takes and keeps all that
 * arrives, and a client that pipelines and never reads could fill the memory: the TCP socket has to be paused
 * as well, for which there is no public name. Elsewhere the TLS socket does it.
 */
function tlsWireOf(socket: TLSSocket): Wire {
  // oxlint-disable-next-line no-underscore-dangle -- names of Deno's
  const tcp = () => (socket as unknown as DenoSocket)._handle?._nativeTcpHandle;
  return {
    ...wireOf(socket),
    pause() {
      socket.pause();
      tcp()?.readStop();
    },
    resume() {
      socket.resume();
      tcp()?.readStart();
    },
  };
}
