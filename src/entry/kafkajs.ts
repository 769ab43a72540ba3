import { type Config, ConfigError } from '../config.ts';
import { CommandToken, fixedToken } from '../drivers/kafka/bearer-token.ts';
import { isSupported } from '../drivers/kafka/compression.ts';
import { KafkaJsPublisher } from '../drivers/kafka/kafkajs.ts';
import type { SaslSettings } from '../drivers/kafka/security.ts';
import type { Clock } from '../ports/clock.ts';
import { readPems } from './pem.ts';

/** Memory for messages that wait for Kafka. Beyond it they go to the list at once. */
const MAX_PENDING_BYTES = 64_000_000;
/** How soon partitions that were added are used. */
const METADATA_MAX_AGE_MS = 30_000;

/**
 * The publisher for the brokers that the settings name; it connects when there is something to do.
 * Throws a `ConfigError` if a certificate, or the compression, can't be used here.
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
