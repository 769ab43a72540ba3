import type { PublishResult, RejectCause } from '../../ports/publisher.ts';

type Rejection = Extract<PublishResult, { kind: 'rejected' }>;
type Failure = Extract<PublishResult, { kind: 'failed' }>;

/** How far a call had come when it failed: nothing is written before it is sent. */
export type Stage = 'opening' | 'sending';

/** What an error means. `again`: worth one more try at once, with fresh metadata or a new connection. */
type Fault = { readonly blame: 'topic' | 'kafka'; readonly maybeWritten: boolean; readonly again: boolean };
type Meaning = { readonly blame: 'caller'; readonly cause: RejectCause } | Fault;

const TOO_LARGE: Meaning = { blame: 'caller', cause: 'too-large' };
const INVALID: Meaning = { blame: 'caller', cause: 'invalid' };
const MOVED: Fault = { blame: 'topic', maybeWritten: false, again: true };
const MOVED_MAYBE_WRITTEN: Fault = { ...MOVED, maybeWritten: true };
const TOPIC_DENIED: Fault = { blame: 'topic', maybeWritten: false, again: false };
const REFUSED: Fault = { blame: 'kafka', maybeWritten: false, again: false };
const UNCERTAIN: Fault = { blame: 'kafka', maybeWritten: true, again: false };
const CUT: Fault = { blame: 'kafka', maybeWritten: true, again: true };
const NOT_SENT: Fault = { blame: 'kafka', maybeWritten: false, again: true };

/**
 * Every error that means something special, by the name that Kafka's protocol has for it. All others
 * are Kafka's fault, and the record may have been written.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  MESSAGE_TOO_LARGE: TOO_LARGE,
  RECORD_LIST_TOO_LARGE: TOO_LARGE,
  CORRUPT_MESSAGE: INVALID,
  INVALID_RECORD: INVALID,
  INVALID_TIMESTAMP: INVALID,
  INVALID_TOPIC_EXCEPTION: INVALID,
  POLICY_VIOLATION: INVALID,

  // A leader that lost its office while it waited for the replicas says so: they may have the record.
  NOT_LEADER_FOR_PARTITION: MOVED_MAYBE_WRITTEN,
  LEADER_NOT_AVAILABLE: MOVED,
  REPLICA_NOT_AVAILABLE: MOVED,
  FENCED_LEADER_EPOCH: MOVED,
  UNKNOWN_LEADER_EPOCH: MOVED,
  UNKNOWN_TOPIC_OR_PARTITION: MOVED,
  TOPIC_AUTHORIZATION_FAILED: TOPIC_DENIED,

  NOT_ENOUGH_REPLICAS: REFUSED,
  CLUSTER_AUTHORIZATION_FAILED: REFUSED,
  THROTTLING_QUOTA_EXCEEDED: REFUSED,
  UNSUPPORTED_VERSION: REFUSED,
  // The operator's choice of compression, not the message: it must not become a dead letter.
  UNSUPPORTED_COMPRESSION_TYPE: REFUSED,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: REFUSED,
  INVALID_REQUIRED_ACKS: REFUSED,
  SASL_AUTHENTICATION_FAILED: REFUSED,
  UNSUPPORTED_SASL_MECHANISM: REFUSED,
  ILLEGAL_SASL_STATE: REFUSED,

  NETWORK_EXCEPTION: CUT,
  BROKER_NOT_AVAILABLE: NOT_SENT,
};

/** The same of errors that KafkaJS has itself. */
const MEANINGS_OF_KAFKAJS: Readonly<Record<string, Fault>> = {
  KafkaJSMetadataNotLoaded: MOVED,
  KafkaJSTopicMetadataNotLoaded: MOVED,
  KafkaJSSASLAuthenticationError: REFUSED,
  // Also where nothing was listening: what is told may be the attempt to recover, not the call.
  KafkaJSConnectionError: CUT,
  KafkaJSConnectionClosedError: CUT,
  KafkaJSBrokerNotFound: NOT_SENT,
  KafkaJSLockTimeout: NOT_SENT,
};

/** What KafkaJS has no name for: its errors tell Kafka's number in their texts alone. */
const UNNAMED: Readonly<Record<string, string>> = {
  'Unknown error code 89': 'THROTTLING_QUOTA_EXCEEDED',
};

/** What went wrong with a call, for its records and for those who sent them. */
export interface Classified {
  readonly result: Rejection | Failure;
  readonly again: boolean;
  /** The broker said so itself. */
  readonly answered: boolean;
  /** The next call needs another line. */
  readonly spoilsLine: boolean;
}

/** Whose fault an error of KafkaJS is, and what to do about it. Its reason carries no payload. */
export function classify(error: unknown, stage: Stage): Classified {
  const cause = deepestCause(error);
  const code = protocolCode(cause);
  if (code !== undefined) return classifyCode(code, stage);
  const { blame, again, maybeWritten } = MEANINGS_OF_KAFKAJS[cause.name] ?? UNCERTAIN;
  const isInDoubt = stage === 'sending' && maybeWritten;
  return failure({ blame, reason: cause.message, maybeWritten: isInDoubt }, again);
}

/** The same of an error that a broker told, by the name that Kafka's protocol has for it. */
export function classifyCode(code: string, stage: Stage): Classified {
  const meaning = MEANINGS[code] ?? UNCERTAIN;
  if (meaning.blame === 'caller') {
    const reason = `Kafka refused the message: ${code}`;
    const result: Rejection = { kind: 'rejected', cause: meaning.cause, reason };
    return { result, again: false, answered: true, spoilsLine: false };
  }
  const { blame, again } = meaning;
  const maybeWritten = stage === 'sending' && meaning.maybeWritten;
  return failure({ blame, reason: code, maybeWritten }, again, true);
}

/** The broker's answer said nothing of the partition. */
export const unconfirmed = () =>
  failure({ blame: 'kafka', reason: "Kafka's answer left the partition out", maybeWritten: true });

/** The topic was made anew, and smaller. */
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
  // A topic that has moved is known anew on a new line only.
  return { result, again, answered, spoilsLine: !answered || (what.blame === 'topic' && again) };
}

/** The name that Kafka's protocol has for the error; undefined if it did not come from the broker. */
function protocolCode(cause: Error): string | undefined {
  const { type } = cause as Error & { type?: unknown };
  return typeof type === 'string' ? (UNNAMED[cause.message] ?? type) : undefined;
}

/** KafkaJS wraps: only the innermost error tells what happened. */
function deepestCause(error: unknown): Error {
  let current = error instanceof Error ? error : new Error('An unknown error');
  for (let depth = 0; depth < 10 && current.cause instanceof Error; depth++) current = current.cause;
  return current;
}
