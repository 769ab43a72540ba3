import { afterAll } from 'bun:test';
import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import { type Lacks, publisherContract } from '../../../contracts/publisher.ts';
import { RestProxy } from '../../../support/kafka/rest-proxy/server.ts';
import { DIALECT_PROXIES } from '../../../support/kafka/rest-proxy/dialects.ts';
import type { KafkaService } from '../../../support/kafka/service.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';
import { describeReal, ownKafka } from '../../../support/process/services.ts';

const PARTITION = 'a proxy waits long for one that does not exist';
const V2_NULL = 'not every proxy of the v2 family takes null';

const LACKS: Readonly<Record<DialectName, Lacks>> = {
  strimzi: { tombstone: V2_NULL, partition: PARTITION },
  'confluent-v2': {
    headers: 'a record of the REST Proxy v2 has no field for them',
    time: 'the REST Proxy v2 sets it',
    tombstone: V2_NULL,
    partition: PARTITION,
  },
  'confluent-v3': { partition: PARTITION },
  redpanda: {
    headers: "a record of Redpanda's proxy has no field for them",
    time: "Redpanda's proxy sets it",
    tombstone: V2_NULL,
    partition: PARTITION,
    'null-key': "Redpanda's proxy writes an empty key in its place",
  },
};

describeReal('kafka/rest', ['kafka'], () => {
  // It is killed, and comes back: each dialect finds it whole.
  let kafka: Promise<KafkaService> | undefined;
  afterAll(async () => (await kafka)?.stop());

  for (const dialect of Object.keys(DIALECT_PROXIES) as DialectName[]) {
    const open = async () => {
      const { brokers, ...broker } = bound(await (kafka ??= ownKafka()));
      const proxy = await RestProxy.start(DIALECT_PROXIES[dialect], brokers);
      const publisher = openRest(proxy, { dialect });
      return {
        publisher,
        ...broker,
        async close() {
          await publisher.close();
          await proxy.stop();
        },
      };
    };
    publisherContract(`kafka/rest ${dialect}`, open, LACKS[dialect]);
  }
});

function bound(kafka: KafkaService) {
  return {
    brokers: kafka.brokers,
    read: (topic: string) => kafka.read(topic),
    breakKafka: () => kafka.kill(),
    mendKafka: () => kafka.start(),
  };
}
