import type { Variables } from './environment.ts';
import { foreignNames } from './foreign-names.ts';
import { groups } from './groups.ts';
import { nearest } from './nearest.ts';

const NAMES = Object.values(groups).flatMap((group) => Object.keys(group));

/** Prefixes that belong to Spillway or to its services: a variable that begins so is meant for it. */
const OURS =
  /^(KAFKA|REDIS|UPSTASH_REDIS|FALLBACK|BACKFILL|BREAKER|CIRCUIT|RATE_LIMIT|DEDUP|EMBEDDED|ORDERING|PUBLISH_TIMEOUT|SHUTDOWN_DELAY)(_|$)/i;

/** A name that many programs have for a key of their own, and those of OpenSSL, which images set to the CAs that they trust. */
const OTHERS = new Set(['API_KEY', 'SSL_CERT_FILE', 'SSL_CERT_DIR']);

/** Edit distance of a typing error. In a short name as few letters make another word. */
const TYPO = 2;
const SHORT = 7;

/**
 * Whether a platform made the variable: links of Docker and Services of Kubernetes are named after a service,
 * such as `REDIS_PORT_6379_TCP` and `KAFKA_SERVICE_HOST`.
 */
function isInjected(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)(_|$)|^[A-Z\d_]+_ENV_/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)) ||
    (name.endsWith('_NAME') && /^\/\S+\/\S+$/.test(value))
  );
}

/** The variables that are set: neither empty nor made by a platform that knows nothing of Spillway. */
export function settingsIn(variables: Variables): Record<string, string> {
  const set = Object.entries(variables).filter(
    (entry): entry is [string, string] => !!entry[1] && !isInjected(entry[0], entry[1]),
  );
  return Object.fromEntries(set);
}

/** Warnings for variables that look like settings and are none, each with the setting that may be meant. */
export function strayWarnings(set: Variables): string[] {
  return Object.keys(set).flatMap((name) => {
    const meant = foreignNames.get(name.toUpperCase()) ?? guess(name);
    return meant ? [`${name} is set, but Spillway has no such setting: did you mean ${meant}?`] : [];
  });
}

function guess(name: string): string | undefined {
  if (NAMES.includes(name) || OTHERS.has(name)) return undefined;
  const { name: meant, distance } = nearest(name, NAMES);
  const isTypo = distance <= (meant.length > SHORT ? TYPO : 1) && meant.length > 4;
  return isTypo || OURS.test(name) ? meant : undefined;
}
