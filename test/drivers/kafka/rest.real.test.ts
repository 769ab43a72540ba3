import { RestPublisher } from '../../../src/drivers/kafka/rest.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { publisherContract } from '../../contracts/publisher.ts';
import { RestFront } from '../../support/kafka-rest/front.ts';
import { strimziFront } from '../../support/kafka-rest/strimzi.ts';
import { describeReal, ownKafka } from '../../support/services.ts';

describeReal('kafka/rest', ['kafka'], () => {
  publisherContract('kafka/rest strimzi', async () => {
    const kafka = await ownKafka();
    const front = await RestFront.start(strimziFront, kafka.brokers);
    const publisher = new RestPublisher(
      { url: front.url, dialect: 'strimzi', auth: { kind: 'none' }, probeTopic: 'messages', timeoutMs: 3000 },
      systemClock,
    );
    return {
      publisher,
      read: (topic) => kafka.read(topic),
      breakKafka: () => kafka.kill(),
      mendKafka: () => kafka.start(),
      async close() {
        await publisher.close();
        await front.stop();
        await kafka.stop();
      },
    };
  });
});
