import { listenOnNodeSockets } from './http1/node-sockets.ts';
import { runProcesses } from './processes/run.ts';

await runProcesses(listenOnNodeSockets);
