import { expect, test } from 'bun:test';
import { murmur2, partitionOf } from '../../../../src/drivers/kafka/kafkajs/murmur2.ts';

/** From Kafka's own UtilsTest. */
const JAVA = {
  '21': -973932308,
  foobar: -790332482,
  'a-little-bit-long-string': -985981536,
  'a-little-bit-longer-string': -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  abc: 479470107,
};

test.each(Object.entries(JAVA))("the hash of '%s' is Java's", (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test("a key's partition is the one that KafkaJS chooses, as Java's client does", async () => {
  const { default: kafkajs } = await import('kafkajs');
  const pick = kafkajs.Partitioners.DefaultPartitioner();
  for (let count = 0; count < 2000; count++) {
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(count % 40)));
    const partitionMetadata = Array.from({ length: 1 + (count % 17) }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    const theirs = pick({ topic: 't', partitionMetadata, message: { key, value: '' } });
    expect(partitionOf(key, partitionMetadata.length)).toBe(theirs);
  }
});
