// The process of one client: says that it is ready, then does the tasks that it is sent, one by one.
import type { ClientName, Connect, Services, Task } from './client.ts';
import { measure } from './measure.ts';

const CLIENTS: Record<ClientName, () => Promise<{ connect: Connect }>> = {
  driver: () => import('./clients/driver.ts'),
  kafkajs: () => import('./clients/kafkajs.ts'),
  patched: () => import('./clients/patched.ts'),
  platformatic: () => import('./clients/platformatic.ts'),
  store: () => import('./clients/store.ts'),
  lpush: () => import('./clients/lpush.ts'),
  gate: () => import('./clients/gate.ts'),
  'three-commands': () => import('./clients/three-commands.ts'),
  'three-pipelined': () => import('./clients/three-pipelined.ts'),
  worker: () => import('./clients/worker.ts'),
  'worker-ordered': () => import('./clients/worker-ordered.ts'),
  'worker-hot': () => import('./clients/worker-hot.ts'),
  'rpop-loop': () => import('./clients/rpop-loop.ts'),
  spillway: () => import('./clients/spillway.ts'),
  'spillway-open': () => import('./clients/spillway-open.ts'),
  'stage-http': () => import('./clients/stage-http.ts'),
  'stage-parse': () => import('./clients/stage-parse.ts'),
  'stage-accept': () => import('./clients/stage-accept.ts'),
  echo: () => import('./clients/echo.ts'),
  'echo-kafkajs': () => import('./clients/echo-kafkajs.ts'),
};

const [name = '', services = ''] = process.argv.slice(2);
const { connect } = await CLIENTS[name as ClientName]();
const client = await connect(JSON.parse(services) as Services);

process.on('message', (task: Task) => {
  void measure(client, task).then(
    (figures) => process.send?.(figures),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
