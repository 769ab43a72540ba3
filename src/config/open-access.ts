import type { Config } from './config.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Warning for a service that anybody may use who reaches it, which is not this machine alone. */
export function openAccessWarnings({
  apiKeys,
  apiKeysFile,
  tls,
  host,
}: Pick<Config, 'apiKeys' | 'apiKeysFile' | 'tls' | 'host'>): string[] {
  const hasKeys = apiKeys !== undefined || apiKeysFile !== undefined;
  if (hasKeys || tls?.clientCaFile !== undefined || LOOPBACK.test(host)) return [];
  return [
    'API_KEYS is not set: whoever reaches this service may send messages. Set it (docs/operators/access.md), or HOST=127.0.0.1 for this machine alone',
  ];
}
