import { classifyCode } from '../errors.ts';
import type { Item } from './dialect.ts';

/**
 * Error messages of proxies written in Java, mapped to the names of Kafka's protocol: these proxies report an
 * error by its English text alone. A text that may be about a neighbour in the same batch is not here.
 */
const TEXTS: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/max\.request\.size|larger than the total memory buffer/, 'MESSAGE_TOO_LARGE'],
  [/larger than the max message size|larger than allowed threshold/, 'MESSAGE_TOO_LARGE'],
  [/message batch larger than the configured segment size/, 'RECORD_LIST_TOO_LARGE'],
  [/failed its CRC checksum/, 'CORRUPT_MESSAGE'],
  [/cannot accept message without key|failed the validation on broker/, 'INVALID_RECORD'],
  [/record errors? in total/, 'INVALID_RECORD'],
  [/timestamp\b.*\bout of\b.*\brange/i, 'INVALID_TIMESTAMP'],
  [/invalid topic/i, 'INVALID_TOPIC_EXCEPTION'],
  [/do not satisfy the configured policy/, 'POLICY_VIOLATION'],
  [/not present in metadata|does not host this topic-partition/, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [/not the (current )?leader/, 'NOT_LEADER_FOR_PARTITION'],
  [/no leader for|leadership election/, 'LEADER_NOT_AVAILABLE'],
  [/^The replica is not available/, 'REPLICA_NOT_AVAILABLE'],
  [/leader epoch in the request is older/, 'FENCED_LEADER_EPOCH'],
  [/leader epoch in the request is newer/, 'UNKNOWN_LEADER_EPOCH'],
  [/not authorized to access topics|topic authorization failed/i, 'TOPIC_AUTHORIZATION_FAILED'],
  [/cluster authorization failed/i, 'CLUSTER_AUTHORIZATION_FAILED'],
  [/rejected since there are fewer in-sync replicas/, 'NOT_ENOUGH_REPLICAS'],
  [/to fewer in-sync replicas than required/, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
  [/^The request timed out/, 'REQUEST_TIMED_OUT'],
  [/^Disk error when trying to access log file/, 'KAFKA_STORAGE_ERROR'],
  [/^The user-specified log directory is not found/, 'LOG_DIR_NOT_FOUND'],
  [/^The server experienced an unexpected error/, 'UNKNOWN'],
  [/authentication failed/i, 'SASL_AUTHENTICATION_FAILED'],
  [/does not support the requested SASL mechanism/, 'UNSUPPORTED_SASL_MECHANISM'],
  [/given the current SASL state/, 'ILLEGAL_SASL_STATE'],
  [/^The broker is not available/, 'BROKER_NOT_AVAILABLE'],
  [/throttling quota has been exceeded/, 'THROTTLING_QUOTA_EXCEEDED'],
  [/^The version of API is not supported/, 'UNSUPPORTED_VERSION'],
  [/message format version on the broker does not support/, 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
  [/does not support the compression type/, 'UNSUPPORTED_COMPRESSION_TYPE'],
  [/invalid value for required acks/, 'INVALID_REQUIRED_ACKS'],
];

/** Errors of a whole batch, reported for each of its records. */
const OF_A_BATCH = new Set(['RECORD_LIST_TOO_LARGE', 'CORRUPT_MESSAGE']);

const NEIGHBOUR = /part of a batch which had one more/;

/** Error codes of Confluent's proxy that are unambiguous without a text. */
const CODES: Readonly<Record<number, string>> = {
  413: 'MESSAGE_TOO_LARGE',
  429: 'THROTTLING_QUOTA_EXCEEDED',
  42901: 'THROTTLING_QUOTA_EXCEEDED',
  40101: 'SASL_AUTHENTICATION_FAILED',
  40301: 'TOPIC_AUTHORIZATION_FAILED',
  40401: 'UNKNOWN_TOPIC_OR_PARTITION',
  40402: 'UNKNOWN_TOPIC_OR_PARTITION',
  40403: 'UNKNOWN_TOPIC_OR_PARTITION',
};

/** Classifies the error of a record. Its text may repeat the payload, and is not passed on. */
export function readJavaError(code: unknown, message: unknown): Item {
  const text = typeof message === 'string' ? message : '';
  if (NEIGHBOUR.test(text)) return { kind: 'neighbour' };
  const number = typeof code === 'number' ? code : 0;
  const name = TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? CODES[number];
  if (name) {
    const { result } = classifyCode(name, 'sending');
    return OF_A_BATCH.has(name) ? { kind: 'suspect', result } : result;
  }
  const reason = `The Kafka REST proxy reported error ${number} for the record`;
  // A validation error of the proxy, before it sent the record: not Kafka's fault, and not certainly the
  // client's.
  const isBadRequest = isClientError(number);
  return { kind: 'failed', blame: isBadRequest ? 'topic' : 'kafka', reason, maybeWritten: !isBadRequest };
}

/** 400 and 422, also as the prefix of a longer code. 40002 is Kafka's own error. */
function isClientError(code: number): boolean {
  return code !== 40_002 && /^(400|422)/.test(String(code));
}
