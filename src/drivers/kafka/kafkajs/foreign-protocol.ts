import { connect } from 'node:net';

const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^[-+](PONG|ERR|NOAUTH|DENIED|LOADING)/, 'Redis'],
  [/^HTTP/, 'HTTP'],
  // An alert or a handshake record of TLS.
  // oxlint-disable-next-line no-control-regex
  [/^[\x15\x16]\x03/, 'TLS'],
];

/** Says of bytes that are no response of Kafka's protocol what they are instead, where that can be told. */
export function describeForeign(bytes: Buffer): string {
  const beginning = bytes.subarray(0, 8).toString('latin1');
  const protocol = BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
  const text = 'The answer is not in the protocol of Kafka';
  return protocol ? `${text} but in that of ${protocol}` : text;
}

const WAIT_MS = 300;

/**
 * Asks a silent peer whether it is a Redis, which waits for the end of a line where Kafka's protocol has none.
 * Answers undefined if it is none, or does not answer in time.
 */
export function describeSilent(broker: string): Promise<string | undefined> {
  const { hostname: host, port } = new URL(`tcp://${broker}`);
  return new Promise((resolve) => {
    const socket = connect({ host: host.replaceAll(/[[\]]/g, ''), port: Number(port) });
    const end = (text?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(end, WAIT_MS);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (bytes: Buffer) => {
      const text = describeForeign(bytes);
      end(text.endsWith('Redis') ? text : undefined);
    });
    socket.once('error', () => end());
    socket.once('close', () => end());
  });
}
