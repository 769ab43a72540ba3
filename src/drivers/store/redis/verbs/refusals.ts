/**
 * What ends a refusal, an error reply of Redis or of a proxy in front of it:
 * - `connection`: a new connection, which may reach another server. The old one stays up at a demoted primary
 *   and at a proxy that has lost its upstream.
 * - `room`: free memory, or a shorter record.
 * - `redis`: time, or an operator at Redis.
 * - `client`: the client library or `runScript`, which send what was not run to the right place.
 * - `command`: nothing, because the command itself is wrong.
 */
export type RefusalEnd = 'connection' | 'room' | 'redis' | 'client' | 'command';

/** Refusals by what ends them. Redis 6 quotes the code in the error of a script. The first match decides. */
const REFUSALS: readonly (readonly [pattern: RegExp, end: RefusalEnd])[] = [
  // NOREPLICAS: an isolated old primary, whose replicas follow another one. NOAUTH: the proxy has forgotten us.
  [/\b(READONLY|MASTERDOWN|LOADING|NOREPLICAS|NOAUTH)\b/, 'connection'],
  [/\bOOM\b|max single record size/, 'room'],
  [/\b(MISCONF|BUSY|CLUSTERDOWN|NOPERM|WRONGPASS)\b|max (daily )?requests? limit/, 'redis'],
  [/^(MOVED|ASK|TRYAGAIN|NOSCRIPT)\b/, 'client'],
  // These quote arguments, which must not be taken for the words of a proxy.
  [/^ERR unknown command/, 'command'],
  // Envoy, twemproxy, Predixy, Codis and HTTP gateways, without the server behind them.
  [/\bupstream\b|\bbackend (conn|server)/i, 'connection'],
  [
    /\b(connection|host|server|network)( is| was| has)?( been)? (refused|reset|closed|timed out|down|unreachable)/i,
    'connection',
  ],
  [/\bno (route to host|(available |server )?(connection|server|node))/i, 'connection'],
  [/^(ERR|WRONGTYPE|EXECABORT|CROSSSLOT)\b/, 'command'],
];

/** What ends a refusal; undefined if that is not known. */
export function endOf(refusal: string): RefusalEnd | undefined {
  return REFUSALS.find(([pattern]) => pattern.test(refusal))?.[1];
}

/** A refusal may outlast every connection: the least time between two that end one, in milliseconds. */
const PAUSE_MS = 1000;

/** Rate-limited decision to end a connection because of a refusal. */
export class ConnectionEnder {
  #nextAt = -Infinity;

  /** Whether to end the connection that brought this refusal. */
  endsBy(refusal: string): boolean {
    return endOf(refusal) === 'connection' && this.#isDue();
  }

  /** The same for the refusal of a probe. Its command is never wrong, so an unknown refusal is the server's. */
  endsByProbe(refusal: string): boolean {
    const end = endOf(refusal);
    return (end === 'connection' || end === 'command' || end === undefined) && this.#isDue();
  }

  #isDue(): boolean {
    const now = performance.now();
    if (now < this.#nextAt) return false;
    this.#nextAt = now + PAUSE_MS;
    return true;
  }
}
