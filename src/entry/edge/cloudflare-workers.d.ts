declare module 'cloudflare:workers' {
  /** The runtime goes on with this after the answer, and after the client is gone: for 30 s at most. */
  export function waitUntil(work: Promise<unknown>): void;
}
