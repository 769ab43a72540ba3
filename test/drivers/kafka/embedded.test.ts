import { type EmbeddedRecord, EmbeddedPublisher } from '../../../src/drivers/kafka/embedded.ts';
import { publisherContract } from '../../contracts/publisher.ts';
import type { ReadRecord } from '../../support/kafka/read-topic.ts';
import { IN_MEMORY, tempDir } from '../../support/process/temp-dir.ts';

publisherContract('kafka/embedded', () => {
  const directory = tempDir(IN_MEMORY);
  const publisher = new EmbeddedPublisher(directory.path);
  return Promise.resolve({
    publisher,
    read: (topic) => Promise.resolve(publisher.read(topic, 1000).map(asRead)),
    breakKafka: () => Promise.resolve(publisher.fail()),
    mendKafka: () => Promise.resolve(publisher.recover()),
    async close() {
      await publisher.close();
      directory.remove();
    },
  });
});

function asRead({ value, encoding, ...record }: EmbeddedRecord): ReadRecord {
  const bytes = value === null ? null : Buffer.from(value, encoding ?? 'utf8');
  return { ...record, value: bytes?.toString() ?? '', base64: bytes?.toString('base64') ?? null };
}
