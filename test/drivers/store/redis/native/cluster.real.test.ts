import { afterAll, beforeAll } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { storeContract } from '../../../../contracts/store.ts';
import { startRedisCluster } from '../../../../support/redis/cluster.ts';
import { describeReal } from '../../../../support/process/services.ts';

describeReal('store/redis, on a Redis Cluster of three nodes,', ['localRedis'], () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);

  afterAll(() => cluster.stop());

  storeContract('store/redis', async () => {
    await cluster.flush();
    const store = new RedisStore(cluster.url);
    const setBack = (ms: number) => cluster.setBack(ms);
    return {
      store,
      wait: (ms) => Bun.sleep(ms),
      skip: (ms) => setBack(-ms),
      setBack,
      close: () => store.close(),
    };
  });
});
