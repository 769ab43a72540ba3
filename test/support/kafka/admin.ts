import kafkajs, { type Admin } from 'kafkajs';

/** Lets `work` use an administrator's connection of its own. */
export async function withAdmin<T>(
  brokers: string,
  work: (admin: Admin) => Promise<T>,
  { retries = 0, requestTimeout = 30_000 }: { retries?: number; requestTimeout?: number } = {},
): Promise<T> {
  const kafka = new kafkajs.Kafka({
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout,
    retry: { retries, initialRetryTime: 100 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Every partition of every topic has a leader: Kafka listens long before it takes records. */
export async function hasLeaders(admin: Admin): Promise<boolean> {
  const { topics } = await admin.fetchTopicMetadata();
  const { brokers } = await admin.describeCluster();
  return (
    brokers.length > 0 && topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  );
}
