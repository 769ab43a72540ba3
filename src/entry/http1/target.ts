import { type Refusal, refuse } from './refusal.ts';

/** Scheme of all URLs of a listener. */
export type Scheme = 'http' | 'https';

/** A name, an IPv4 or an IPv6 address, and a port. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
const DOTS = /\/(?:\.|%2e){1,2}(?=[/?]|$)/i;
/** What `URL` would change, and with it the path. */
const REWRITTEN = /[\\#]/;

/**
 * URL of a request: the path is the request line's, and nothing else's. What `URL` would resolve to another
 * path is refused, as a proxy's rules by path could be evaded by it.
 */
export function urlOf(
  target: string,
  hosts: readonly string[],
  isHttp10: boolean,
  scheme: Scheme,
): string | Refusal {
  const [host] = hosts;
  if (hosts.length > 1) return refuse('malformed', 'Send one Host');
  if (host === undefined && !isHttp10) return refuse('malformed', 'Send a Host');
  if (host !== undefined && !isHost(host)) return refuse('malformed', 'The Host is not one');
  const [, authority, rest] = target.startsWith('/') ? [] : (ABSOLUTE.exec(target) ?? []);
  if (authority === undefined && !target.startsWith('/'))
    return refuse('malformed', 'Send a path that begins with /');
  if (authority !== undefined && !isHost(authority))
    return refuse('malformed', 'The host in the URL is not one');
  const path = rest === undefined ? target : rest.startsWith('/') ? rest : `/${rest}`;
  if (REWRITTEN.test(path)) return refuse('malformed', 'The path has a character that must be encoded');
  const query = path.indexOf('?');
  if (DOTS.test(query < 0 ? path : path.slice(0, query)))
    return refuse('malformed', 'Send the path without . and .. in it');
  return `${scheme}://${authority ?? host ?? 'localhost'}${path}`;
}

/** Hosts that were found valid: clients repeat theirs. */
const known = new Set<string>();
const MOST_KNOWN = 100;

function isHost(text: string): boolean {
  if (known.has(text)) return true;
  if (!HOST.test(text) || !URL.canParse(`http://${text}/`)) return false;
  if (known.size === MOST_KNOWN) known.clear();
  known.add(text);
  return true;
}
