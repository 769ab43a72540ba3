import type { Classified } from '../errors.ts';
import { describeSilent } from './foreign-protocol.ts';
import type { ProducerSettings } from './topic-producer.ts';

type Security = Pick<ProducerSettings, 'ssl' | 'sasl'>;

interface Hint {
  /** What KafkaJS or the runtime says of it, on any of the runtimes. */
  readonly says: RegExp;
  readonly applies: (security: Security) => boolean;
  readonly hint: string;
}

const always = () => true;

/** Settings that do not fit the port: what is seen of them, and what to set. The first that applies counts. */
const HINTS: readonly Hint[] = [
  {
    says: /that of Redis/,
    applies: always,
    hint: 'This is the port of a Redis: KAFKA_BROKERS has to name the port of Kafka',
  },
  {
    says: /that of HTTP/,
    applies: always,
    hint: 'This is the port of an HTTP server: KAFKA_BROKERS has to name the port of Kafka. A REST proxy belongs in KAFKA_REST_URL',
  },
  {
    says: /that of TLS/,
    applies: ({ ssl }) => !ssl,
    hint: 'This port speaks TLS: set KAFKA_SSL=true, or name the port without TLS',
  },
  {
    says: /before secure TLS connection|WRONG_VERSION_NUMBER|wrong version number|InvalidContentType|tls handshake eof/i,
    applies: ({ ssl }) => Boolean(ssl),
    hint: 'This port does not speak TLS: unset KAFKA_SSL, or name the port with TLS',
  },
  {
    says: /^Closed connection( \(.*\))?$/,
    applies: ({ sasl }) => !sasl,
    hint: 'Kafka closed the connection without an answer, as it does where it asks for a login: set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  },
  {
    says: /^ILLEGAL_SASL_STATE( \(.*\))?$/,
    applies: ({ sasl }) => Boolean(sasl),
    hint: 'This port asks for no login: unset KAFKA_SASL_MECHANISM with its login, or name the port with SASL',
  },
];

/**
 * Puts in front of the reason of a failed opening what to set, if the settings do not fit the port. A peer that
 * stays silent from the first connection on is asked whether it is a Redis.
 */
export async function explainOpening(
  classified: Classified,
  error: unknown,
  security: Security,
  hasWorked: boolean,
): Promise<Classified> {
  const { result } = classified;
  if (result.kind !== 'failed' || result.blame !== 'kafka') return classified;
  const broker = brokerOf(error);
  const isSilent = /ApiVersions.*timed out|SaslHandshake.*timed out|Connection timeout/.test(result.reason);
  const seen = isSilent && !hasWorked && broker ? await describeSilent(broker) : undefined;
  return { ...classified, result: { ...result, reason: withHint(seen ?? result.reason, security) } };
}

function withHint(reason: string, security: Security): string {
  const found = HINTS.find(({ says, applies }) => says.test(reason) && applies(security));
  return found ? `${found.hint} (${reason})` : reason;
}

/** Address of the broker, which KafkaJS keeps in its errors of connections and requests. */
function brokerOf(error: unknown): string | undefined {
  const { broker, cause } = error as { broker?: unknown; cause?: unknown };
  if (typeof broker === 'string') return broker;
  return cause instanceof Error ? brokerOf(cause) : undefined;
}
