/** Hono environment: what the runtime passes with a request. */
export interface ClientEnv {
  Bindings: {
    /**
     * Address of the connection's other end. `X-Forwarded-For` is ignored, as clients may write anything into
     * it.
     */
    readonly clientAddress?: string | undefined;
  };
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const NETWORK_GROUPS = 4;

/**
 * Identity of a client for the rate limit, by the address of its connection. An IPv6 client is its /64
 * network, in which it could use a new address for each message.
 */
export function clientOf(address = 'unknown'): string {
  if (!address.includes(':')) return address;
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped) return mapped;
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const network = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
