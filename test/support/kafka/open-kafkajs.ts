import { KafkaJsPublisher, type KafkaJsSettings } from '../../../src/drivers/kafka/kafkajs/publisher.ts';
import { systemClock } from '../../../src/ports/clock.ts';

/** The KafkaJS driver as the service opens it, but for what matters to the test. */
export function openKafkaJs(
  brokers: string,
  over: Partial<KafkaJsSettings> = {},
  clock = systemClock,
): KafkaJsPublisher {
  const settings = {
    brokers: brokers.split(','),
    probeTopic: 'messages',
    timeoutMs: 3000,
    metadataMaxAgeMs: 30_000,
    maxPendingBytes: 64_000_000,
    compression: 'none' as const,
    ssl: false,
  };
  return new KafkaJsPublisher({ ...settings, ...over }, clock);
}
