import { availableParallelism } from 'node:os';
import { type Config, readConfig } from '../../config/config.ts';
import { PARTS } from '../../config/embedded.ts';
import type { Log } from '../../ports/log.ts';
import { pause, systemClock } from '../../ports/clock.ts';
import { API_LOG, exitForAddress, runApi } from '../api.ts';
import { exit, openLog, orExit, stopOnSignal } from '../container.ts';
import type { ListenOnSockets } from '../http1/server.ts';
import { listenOn } from '../listen.ts';
import { siblingsOf } from './siblings.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Runs the API in this process, or in as many as `PROCESSES` says: this one is their parent then, starts
 * another for each that dies, and passes signals on. Settles once the process listens, or has begun to
 * start the others.
 */
export async function runProcesses(sockets: ListenOnSockets): Promise<void> {
  const siblings = siblingsOf(process);
  if (siblings) {
    await runApi(listenOn(sockets), siblings);
    siblings.listening();
    return;
  }
  const config = await orExit(() => readConfig(process.env, PARTS));
  const count = config.processes === 'auto' ? availableParallelism() : config.processes;
  if (count === 1) await runApi(listenOn(sockets));
  else await supervise(count, sockets, config);
}

async function supervise(count: number, sockets: ListenOnSockets, config: Config): Promise<void> {
  const log = openLog(config, API_LOG);
  for (const warning of config.warnings) log.warning(warning);
  const port = await freePort(sockets, config, log);
  const supervisor = new Supervisor({ count, port, clock: systemClock, log });
  supervisor.start();
  let isStopping = false;
  stopOnSignal(
    log,
    async () => {
      isStopping = true;
      supervisor.stop('SIGINT');
      const code = await supervisor.ended;
      if (code !== 0) throw new Error(`A process ended with status ${code}`);
    },
    () => {
      isStopping = true;
      supervisor.stop('SIGTERM');
      return pause(systemClock, config.shutdownDelayMs);
    },
  );
  void supervisor.ended.then((code) => isStopping || exit(code));
}

/**
 * The port, once no other program listens on it: processes that share it would share it with another Spillway
 * as well.
 */
async function freePort(listen: ListenOnSockets, config: Config, log: Log): Promise<number> {
  const { host, port } = config;
  try {
    const listener = await listen({
      hostname: host,
      port,
      sharesPort: false,
      open() {
        throw new Error('Nobody is served here');
      },
      closed() {},
    });
    listener.close();
    return listener.port;
  } catch (error) {
    return exitForAddress(config, log, error);
  }
}
