import type { PublishResult } from '../../ports/publisher.ts';

type Failure = Exclude<PublishResult, { kind: 'published' | 'refused' }>;

/** How far a send had come when it failed: nothing is written before it is sent. */
export type Stage = 'connecting' | 'sending';

/** Kafka's error codes that say the message itself is wrong: nobody can ever publish it. */
const REJECTED: Readonly<Record<string, 'too-large' | 'invalid'>> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  CORRUPT_MESSAGE: 'invalid',
  INVALID_RECORD: 'invalid',
  INVALID_TIMESTAMP: 'invalid',
  INVALID_TOPIC_EXCEPTION: 'invalid',
  POLICY_VIOLATION: 'invalid',
  UNSUPPORTED_COMPRESSION_TYPE: 'invalid',
};

/** Those that concern one topic, while the others go on. */
const TOPIC = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
]);

/** KafkaJS's number for codes that it has no name for. */
const UNNAMED: Readonly<Record<number, string>> = { 87: 'INVALID_RECORD', 89: 'THROTTLING_QUOTA_EXCEEDED' };

/** Refusals by the broker after which nothing of the request was written. */
const NOT_WRITTEN = new Set([...TOPIC, 'NOT_ENOUGH_REPLICAS', 'CLUSTER_AUTHORIZATION_FAILED']);

/** Whose fault an error of KafkaJS is, and whether the record may be in the topic all the same. */
export function classify(error: unknown, stage: Stage): Failure {
  const cause = deepestCause(error);
  const code = protocolCode(error);
  if (code !== undefined && code in REJECTED) {
    return {
      kind: 'rejected',
      cause: REJECTED[code] ?? 'invalid',
      reason: `Kafka refused the message: ${code}`,
    };
  }
  // KafkaJS throws these while it encodes a record.
  if (stage === 'sending' && (cause instanceof TypeError || cause instanceof RangeError)) {
    return {
      kind: 'rejected',
      cause: 'invalid',
      reason: `The message has no form in Kafka: ${cause.message}`,
    };
  }
  const metadataMissing = cause.name.endsWith('MetadataNotLoaded');
  return {
    kind: 'failed',
    blame: metadataMissing || (code !== undefined && TOPIC.has(code)) ? 'topic' : 'kafka',
    reason: code ?? cause.message,
    maybeWritten: stage === 'sending' && !metadataMissing && !(code !== undefined && NOT_WRITTEN.has(code)),
  };
}

/** Whether the producer that threw this can be used again: only the broker's own refusals leave it whole. */
export function leavesProducerWhole(error: unknown): boolean {
  const code = protocolCode(error);
  return code !== undefined && !TOPIC.has(code);
}

/** The name that Kafka's protocol has for the error; undefined if it did not come from the broker. */
export function protocolCode(error: unknown): string | undefined {
  const { type, code } = deepestCause(error) as Error & { type?: unknown; code?: unknown };
  if (typeof type !== 'string') return undefined;
  return (typeof code === 'number' && UNNAMED[code]) || type;
}

/** KafkaJS wraps: only the innermost error tells what happened. */
function deepestCause(error: unknown): Error {
  let current = error instanceof Error ? error : new Error('An unknown error');
  for (let depth = 0; depth < 10 && current.cause instanceof Error; depth++) current = current.cause;
  return current;
}
