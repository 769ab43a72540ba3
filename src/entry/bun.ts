import { listenOnBunSockets } from './http1/bun-sockets.ts';
import { runProcesses } from './processes/run.ts';

await runProcesses(listenOnBunSockets);
