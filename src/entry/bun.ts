import { runApi } from './api.ts';
import { listenOnBunSockets } from './http1/bun-sockets.ts';
import { serve } from './http1/server.ts';

await runApi((options) => serve(listenOnBunSockets, options));
