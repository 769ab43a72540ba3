import { type Config, ConfigError } from '../config/config.ts';
import { CommandToken, fixedToken } from '../drivers/kafka/kafkajs/bearer-token.ts';
import { isSupported } from '../drivers/kafka/kafkajs/compression.ts';
import { KafkaJsPublisher } from '../drivers/kafka/kafkajs/publisher.ts';
import type { SaslSettings } from '../drivers/kafka/kafkajs/security.ts';
import type { Clock } from '../ports/clock.ts';
import { readPems } from './pem.ts';

/** Back-pressure limit, in bytes of messages that wait for Kafka. Beyond it messages are parked. */
const MAX_PENDING_BYTES = 64_000_000;
/** Metadata refresh interval, in milliseconds: added partitions are used after it. */
const METADATA_MAX_AGE_MS = 30_000;

/**
 * Opens the publisher for the brokers in the settings. It connects lazily. Throws a `ConfigError` if a
 * certificate or the compression cannot be used here.
 */
export function openKafkaJs(
  { brokers, compression, ssl, pem, sasl }: NonNullable<Config['kafka']>,
  { defaultTopic, publishTimeoutMs }: Pick<Config, 'defaultTopic' | 'publishTimeoutMs'>,
  clock: Clock,
  maxPendingBytes = MAX_PENDING_BYTES,
): KafkaJsPublisher {
  const tls = ssl && readPems(pem);
  if (!isSupported(compression))
    throw new ConfigError([`KAFKA_COMPRESSION=${compression} needs a newer runtime: use gzip, or none`]);
  return new KafkaJsPublisher(
    {
      brokers,
      probeTopic: defaultTopic,
      timeoutMs: publishTimeoutMs,
      metadataMaxAgeMs: METADATA_MAX_AGE_MS,
      maxPendingBytes,
      compression,
      ssl: tls,
      sasl: sasl && withToken(sasl, clock),
    },
    clock,
  );
}

type Sasl = NonNullable<NonNullable<Config['kafka']>['sasl']>;

function withToken(sasl: Sasl, clock: Clock): SaslSettings {
  if (sasl.mechanism !== 'oauthbearer') return sasl;
  const token = 'token' in sasl ? fixedToken(sasl.token) : new CommandToken(sasl.command, clock);
  return { mechanism: sasl.mechanism, token };
}
