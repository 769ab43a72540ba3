import { afterAll } from 'bun:test';
import type { DialectName } from '../../../src/drivers/kafka/rest/dialects.ts';
import { publisherContract, type PublisherUnderTest } from '../../contracts/publisher.ts';
import { RestFront } from '../../support/kafka-rest/front.ts';
import { FRONTS } from '../../support/kafka-rest/fronts.ts';
import type { KafkaService } from '../../support/kafka.ts';
import { openRest } from '../../support/open-rest.ts';
import { describeReal, ownKafka } from '../../support/services.ts';

const LACKS: Readonly<Record<DialectName, PublisherUnderTest['lacks'] & {}>> = {
  strimzi: [],
  'confluent-v2': ['headers', 'time'],
  'confluent-v3': [],
  redpanda: ['headers', 'time', 'null-key'],
};

describeReal('kafka/rest', ['kafka'], () => {
  // It is killed, and comes back: each dialect finds it whole.
  let kafka: Promise<KafkaService> | undefined;
  afterAll(async () => (await kafka)?.stop());

  for (const dialect of Object.keys(FRONTS) as DialectName[]) {
    publisherContract(`kafka/rest ${dialect}`, async () => {
      const { brokers, ...broker } = bound(await (kafka ??= ownKafka()));
      const front = await RestFront.start(FRONTS[dialect], brokers);
      const publisher = openRest(front, { dialect });
      return {
        publisher,
        lacks: LACKS[dialect],
        ...broker,
        async close() {
          await publisher.close();
          await front.stop();
        },
      };
    });
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
