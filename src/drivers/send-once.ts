let isMended = false;

/**
 * Sees to it that `fetch` sends what it is given once, from then on and for everyone in the process. Deno
 * sends a request again by itself, whatever it writes, where a connection that was kept ends without an
 * answer and the body is a text; and it tells the end of the second try alone. A Blob it sends once, on
 * the same connections and with the same headers. Where the runtime is another one nothing is done.
 */
export function sendOnce(): void {
  if (isMended || !('Deno' in globalThis)) return;
  isMended = true;
  const send = globalThis.fetch;
  // The library that speaks to Upstash can be given no other `fetch` than this one.
  globalThis.fetch = Object.assign(
    (input: string | URL | Request, init?: RequestInit) =>
      send(input, typeof init?.body === 'string' ? { ...init, body: new Blob([init.body]) } : init),
    send,
  );
}
