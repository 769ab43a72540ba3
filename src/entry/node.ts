import { runApi } from './api.ts';
import { listenOnNodeSockets } from './http1/node-sockets.ts';
import { serve } from './http1/server.ts';

await runApi((options) => serve(listenOnNodeSockets, options));
