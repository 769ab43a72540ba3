import { listenOnBunSockets } from '../src/entry/http1/bun-sockets.ts';
import { serve } from '../src/entry/http1/server.ts';
import type { Direct } from '../src/http/direct.ts';
import { systemClock } from '../src/ports/clock.ts';
import type { Client } from './client.ts';

/** Serves `direct` alone by Spillway's own HTTP server. */
export async function serveDirect(direct: Direct): Promise<Client> {
  const { port } = await serve(listenOnBunSockets, {
    hostname: '127.0.0.1',
    port: 0,
    clock: systemClock,
    keepAliveMs: 75_000,
    maxBodyBytes: 1_000_000,
    direct,
    answer: () => new Response('Nothing else is served', { status: 404 }),
  });
  return { url: `http://127.0.0.1:${port}` };
}
