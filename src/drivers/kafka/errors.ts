import type { PublishResult, RejectCause } from '../../ports/publisher.ts';

type Rejection = Extract<PublishResult, { kind: 'rejected' }>;
type Failure = Extract<PublishResult, { kind: 'failed' }>;

/** Progress of a call at its failure: nothing is written before `sending`. */
export type Stage = 'opening' | 'sending';

/** Classification of an error. `again`: retriable at once, with fresh metadata or a new connection. */
type Fault = {
  readonly blame: 'topic' | 'partition' | 'kafka';
  readonly maybeWritten: boolean;
  readonly again: boolean;
};
type Meaning = { readonly blame: 'caller'; readonly cause: RejectCause } | Fault;

const TOO_LARGE: Meaning = { blame: 'caller', cause: 'too-large' };
const INVALID: Meaning = { blame: 'caller', cause: 'invalid' };
const MOVED: Fault = { blame: 'topic', maybeWritten: false, again: true };
const MOVED_MAYBE_WRITTEN: Fault = { ...MOVED, maybeWritten: true };
const TOPIC_DENIED: Fault = { blame: 'topic', maybeWritten: false, again: false };
const PARTITION: Fault = { blame: 'partition', maybeWritten: false, again: false };
const PARTITION_MAYBE_WRITTEN: Fault = { ...PARTITION, maybeWritten: true };
const REFUSED: Fault = { blame: 'kafka', maybeWritten: false, again: false };
const UNCERTAIN: Fault = { blame: 'kafka', maybeWritten: true, again: false };
const CUT: Fault = { blame: 'kafka', maybeWritten: true, again: true };
const NOT_SENT: Fault = { blame: 'kafka', maybeWritten: false, again: true };

/**
 * Error table by the names of Kafka's protocol. Only an error that speaks of the record itself is the caller's:
 * every other one passes, and its message must not become a dead letter. An error that is not listed is Kafka's
 * fault, and its records are in doubt. docs/contributors/kafka-errors.md shows the table.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  MESSAGE_TOO_LARGE: TOO_LARGE,
  RECORD_LIST_TOO_LARGE: TOO_LARGE,
  INVALID_RECORD: INVALID,
  // Part of the message, and never valid: an entry pushed by hand, as the settings refuse such names.
  INVALID_TOPIC_EXCEPTION: INVALID,
  INVALID_TIMESTAMP: { blame: 'caller', cause: 'timestamp' },

  // Also the answer of a leader deposed while it waited for the replicas: they may have the record.
  NOT_LEADER_FOR_PARTITION: MOVED_MAYBE_WRITTEN,
  LEADER_NOT_AVAILABLE: MOVED,
  REPLICA_NOT_AVAILABLE: MOVED,
  FENCED_LEADER_EPOCH: MOVED,
  UNKNOWN_LEADER_EPOCH: MOVED,
  UNKNOWN_TOPIC_OR_PARTITION: MOVED,
  TOPIC_AUTHORIZATION_FAILED: TOPIC_DENIED,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: TOPIC_DENIED,

  NOT_ENOUGH_REPLICAS: PARTITION,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: PARTITION_MAYBE_WRITTEN,
  // The replicas were too slow, or the disk of one broker failed.
  REQUEST_TIMED_OUT: PARTITION_MAYBE_WRITTEN,
  KAFKA_STORAGE_ERROR: PARTITION_MAYBE_WRITTEN,
  LOG_DIR_NOT_FOUND: PARTITION_MAYBE_WRITTEN,
  UNKNOWN: PARTITION_MAYBE_WRITTEN,
  // Bytes damaged on the way: the checksum is verified before anything is written.
  CORRUPT_MESSAGE: { ...PARTITION, again: true },
  // Azure Event Hubs answers it to throttle.
  POLICY_VIOLATION: PARTITION,

  CLUSTER_AUTHORIZATION_FAILED: REFUSED,
  THROTTLING_QUOTA_EXCEEDED: REFUSED,
  UNSUPPORTED_VERSION: REFUSED,
  // The operator's choice of compression is at fault, not the message: it must not become a dead letter.
  UNSUPPORTED_COMPRESSION_TYPE: REFUSED,
  INVALID_REQUIRED_ACKS: REFUSED,
  SASL_AUTHENTICATION_FAILED: REFUSED,
  UNSUPPORTED_SASL_MECHANISM: REFUSED,
  ILLEGAL_SASL_STATE: REFUSED,

  NETWORK_EXCEPTION: CUT,
  BROKER_NOT_AVAILABLE: NOT_SENT,
};

/** Error table of KafkaJS's own errors, by their names. */
const MEANINGS_OF_KAFKAJS: Readonly<Record<string, Fault>> = {
  KafkaJSMetadataNotLoaded: MOVED,
  KafkaJSTopicMetadataNotLoaded: MOVED,
  KafkaJSSASLAuthenticationError: REFUSED,
  // In doubt even if nothing was listening: the error may come from KafkaJS's reconnect instead of the call.
  KafkaJSConnectionError: CUT,
  KafkaJSConnectionClosedError: CUT,
  KafkaJSBrokerNotFound: NOT_SENT,
  KafkaJSLockTimeout: NOT_SENT,
};

/** Error codes unknown to KafkaJS, which gives their numbers in its messages alone. */
const UNNAMED: Readonly<Record<string, string>> = {
  'Unknown error code 89': 'THROTTLING_QUOTA_EXCEEDED',
};

/** Classified failure of a call: the result for its records, and how to go on. */
export interface Classified {
  readonly result: Rejection | Failure;
  readonly again: boolean;
  /** The error is the broker's own response. */
  readonly answered: boolean;
  /** The producer has to be replaced before the next call. */
  readonly spoilsProducer: boolean;
}

/** Classifies an error of KafkaJS: blame, doubt, and whether to retry. The reason carries no payload. */
export function classify(error: unknown, stage: Stage): Classified {
  const cause = deepestCause(error);
  const code = protocolCode(cause);
  if (code !== undefined) return classifyCode(code, stage);
  const { blame, again, maybeWritten } = MEANINGS_OF_KAFKAJS[cause.name] ?? UNCERTAIN;
  const isInDoubt = stage === 'sending' && maybeWritten;
  return failure({ blame, reason: reasonOf(cause), maybeWritten: isInDoubt }, again);
}

/** Classifies an error response of a broker, by its name in Kafka's protocol. */
export function classifyCode(code: string, stage: Stage): Classified {
  const meaning = MEANINGS[code] ?? UNCERTAIN;
  if (meaning.blame === 'caller') {
    const reason = `Kafka refused the message: ${code}`;
    const result: Rejection = { kind: 'rejected', cause: meaning.cause, reason };
    return { result, again: false, answered: true, spoilsProducer: false };
  }
  const { blame, again } = meaning;
  const maybeWritten = stage === 'sending' && meaning.maybeWritten;
  return failure({ blame, reason: code, maybeWritten }, again, true);
}

/** The broker's response left the partition out: the records are in doubt. */
export const unconfirmed = () =>
  failure({ blame: 'kafka', reason: "Kafka's answer left the partition out", maybeWritten: true });

/** The topic was deleted and created again with fewer partitions. */
export const partitionGone = () =>
  failure(
    { blame: 'topic', reason: 'The topic has fewer partitions than before', maybeWritten: false },
    false,
    true,
  );

/** No answer before the deadline. */
export const late = (stage: Stage) =>
  failure({ blame: 'kafka', reason: 'Kafka gave no answer in time', maybeWritten: stage === 'sending' });

function failure(what: Omit<Failure, 'kind' | 'call'>, again = false, answered = false): Classified {
  const result: Failure = { kind: 'failed', ...what, call: {} };
  // KafkaJS learns of a moved topic over a new connection only.
  return { result, again, answered, spoilsProducer: !answered || (what.blame === 'topic' && again) };
}

/** The error's message, with the broker's address, which some of KafkaJS's leave out. */
function reasonOf(cause: Error): string {
  const { message, broker } = cause as Error & { broker?: unknown };
  return typeof broker === 'string' && !message.includes(broker) ? `${message} (${broker})` : message;
}

/** The error's name in Kafka's protocol; undefined if it is no response of a broker. */
function protocolCode(cause: Error): string | undefined {
  const { type } = cause as Error & { type?: unknown };
  return typeof type === 'string' ? (UNNAMED[cause.message] ?? type) : undefined;
}

/** Root cause: KafkaJS wraps errors, and only the innermost tells what happened. */
function deepestCause(error: unknown): Error {
  let current = error instanceof Error ? error : new Error('An unknown error');
  for (let depth = 0; depth < 10 && current.cause instanceof Error; depth++) current = current.cause;
  return current;
}
