// The process of one client: says that it is ready, then does the tasks that it is sent, one by one.
import type { ClientName, Connect, Task } from './client.ts';
import { measure } from './measure.ts';

const CLIENTS: Record<ClientName, () => Promise<{ connect: Connect }>> = {
  driver: () => import('./clients/driver.ts'),
  kafkajs: () => import('./clients/kafkajs.ts'),
  patched: () => import('./clients/patched.ts'),
  platformatic: () => import('./clients/platformatic.ts'),
};

const [name = '', brokers = '', topic = ''] = process.argv.slice(2);
const { connect } = await CLIENTS[name as ClientName]();
const client = await connect([brokers], topic);

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
