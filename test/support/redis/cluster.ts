import { Redis } from 'ioredis';
import { freePort } from '../process/free-port.ts';
import { run } from '../process/install.ts';
import { setRedisClockBack } from './clock.ts';
import { localRedis } from './service.ts';
import { tempDir } from '../process/temp-dir.ts';
import { until } from '../process/wait.ts';

/** A Redis Cluster of three nodes, as processes of this machine. */
export async function startRedisCluster() {
  const ports = [await freePort(), await freePort(), await freePort()];
  const hosts = await Promise.all(
    ports.map(async (port) => {
      const busPort = String(await freePort());
      const cluster = [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        busPort,
        '--cluster-node-timeout',
        '1000',
      ];
      return localRedis(
        ['--port', String(port), '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...cluster],
        tempDir().path,
      );
    }),
  );
  await Promise.all(hosts.map((host) => host.start()));
  const clients = ports.map((port) => new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null }));
  // Until they listen.
  for (const client of clients) client.on('error', () => {});
  await Promise.all(clients.map((client) => client.ping()));
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  await run(['redis-cli', '--cluster', 'create', ...addresses, '--cluster-yes']);
  await until('every node knows all slots', async () => {
    const states = await Promise.all(clients.map((client) => client.cluster('INFO')));
    return states.every((state) => state.includes('cluster_state:ok'));
  });
  return {
    url: `redis://${addresses.join(',')}`,
    async flush() {
      await Promise.all(clients.map((client) => client.flushall()));
    },
    /** As `setRedisClockBack`, on every node. */
    async setBack(ms: number) {
      await Promise.all(clients.map((client) => setRedisClockBack(client, ms)));
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all(hosts.map((host) => host.kill()));
    },
  };
}
