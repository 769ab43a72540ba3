import { EmbeddedPublisher } from '../../../src/drivers/kafka/embedded.ts';
import { publisherContract } from '../../contracts/publisher.ts';
import { tempDir } from '../../support/temp-dir.ts';

publisherContract('kafka/embedded', () => {
  const directory = tempDir();
  const publisher = new EmbeddedPublisher(directory.path);
  return Promise.resolve({
    publisher,
    read: (topic) => Promise.resolve(publisher.read(topic, 1000)),
    breakKafka: () => Promise.resolve(publisher.fail()),
    mendKafka: () => Promise.resolve(publisher.recover()),
    async close() {
      await publisher.close();
      directory.remove();
    },
  });
});
