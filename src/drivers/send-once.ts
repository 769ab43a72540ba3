let isMended = false;

/**
 * At-most-once `fetch` on Deno, patched globally. Deno resends a request with a text body on its own,
 * whatever the method, when a kept-alive connection ends without a response, and reports the second attempt
 * alone. A Blob is sent once, over the same connections and with the same headers. Does nothing in other
 * runtimes.
 */
export function sendOnce(): void {
  if (isMended || !('Deno' in globalThis)) return;
  isMended = true;
  const send = globalThis.fetch;
  // Upstash's client accepts no other `fetch` than the global one.
  globalThis.fetch = Object.assign(
    (input: string | URL | Request, init?: RequestInit) =>
      send(input, typeof init?.body === 'string' ? { ...init, body: new Blob([init.body]) } : init),
    send,
  );
}
