import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { until } from '../process/wait.ts';

/** Socket of a client that writes its HTTP by hand: a plain one, or one with TLS. */
export class RawClient {
  readonly socket: Socket;
  #received = '';
  #isClosed = false;

  constructor(url: string, tls?: ConnectionOptions) {
    const target = { port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true };
    this.socket = tls ? connectTls({ ...target, ...tls }) : connect(target);
    this.socket.on('data', (bytes) => (this.#received += bytes.toString('latin1')));
    for (const event of ['end', 'close', 'error']) this.socket.on(event, () => (this.#isClosed = true));
  }

  /** The server has ended the connection. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get received(): string {
    return this.#received;
  }

  /** Status codes of the answers so far. */
  get statuses(): number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  async answers(count: number): Promise<number[]> {
    await until(`${count} answers`, () => this.statuses.length >= count);
    return this.statuses;
  }

  /** Answers the status codes up to the end that the server makes. */
  async closed(): Promise<number[]> {
    await until('the server ends the connection', () => this.#isClosed, { everyMs: 10 });
    this.socket.destroy();
    return this.statuses;
  }
}

/** A request by hand. `Host: a` stands in it, unless `host` says otherwise. */
export function rawRequest(
  line: string,
  { host = 'Host: a\r\n', fields = '', body }: { host?: string; fields?: string; body?: string } = {},
): string {
  const framing =
    body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return `${line}\r\n${host}${framing}${fields}\r\n${body ?? ''}`;
}
