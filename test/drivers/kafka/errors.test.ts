import { describe, expect, test } from 'bun:test';
import { createRequire } from 'node:module';
import { classify } from '../../../src/drivers/kafka/errors.ts';

/** What KafkaJS itself throws for a number of Kafka. */
const { createErrorFromCode: thrownFor } = createRequire(import.meta.url)(
  'kafkajs/src/protocol/error.js',
) as {
  createErrorFromCode: (code: number) => Error;
};

const said = (type: string, code?: number) =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, code });
const named = (name: string, message = 'Something of KafkaJS') => Object.assign(new Error(message), { name });

const CALLER = { kind: 'rejected' };
const TOPIC = { kind: 'failed', blame: 'topic', maybeWritten: false };
const PARTITION = { kind: 'failed', blame: 'partition', maybeWritten: false };
const PARTITION_MAYBE = { kind: 'failed', blame: 'partition', maybeWritten: true };
const KAFKA = { kind: 'failed', blame: 'kafka', maybeWritten: false };
const KAFKA_MAYBE = { kind: 'failed', blame: 'kafka', maybeWritten: true };

describe('an error of a call that was sent', () => {
  test.each<[string, unknown, object]>([
    ['MESSAGE_TOO_LARGE', said('MESSAGE_TOO_LARGE'), { ...CALLER, cause: 'too-large' }],
    ['RECORD_LIST_TOO_LARGE', said('RECORD_LIST_TOO_LARGE'), { ...CALLER, cause: 'too-large' }],
    ['CORRUPT_MESSAGE', said('CORRUPT_MESSAGE'), PARTITION],
    ['INVALID_RECORD', thrownFor(87), CALLER],
    ['INVALID_TIMESTAMP', said('INVALID_TIMESTAMP'), { ...CALLER, cause: 'timestamp' }],
    ['INVALID_TOPIC_EXCEPTION', said('INVALID_TOPIC_EXCEPTION'), CALLER],
    ['POLICY_VIOLATION', said('POLICY_VIOLATION'), PARTITION],
    ['NOT_LEADER_FOR_PARTITION', said('NOT_LEADER_FOR_PARTITION'), { ...TOPIC, maybeWritten: true }],
    ['LEADER_NOT_AVAILABLE', said('LEADER_NOT_AVAILABLE'), TOPIC],
    ['UNKNOWN_TOPIC_OR_PARTITION', said('UNKNOWN_TOPIC_OR_PARTITION'), TOPIC],
    ['TOPIC_AUTHORIZATION_FAILED', said('TOPIC_AUTHORIZATION_FAILED'), TOPIC],
    ['metadata that was not loaded', named('KafkaJSMetadataNotLoaded'), TOPIC],
    ['NOT_ENOUGH_REPLICAS', said('NOT_ENOUGH_REPLICAS'), PARTITION],
    ['CLUSTER_AUTHORIZATION_FAILED', said('CLUSTER_AUTHORIZATION_FAILED'), KAFKA],
    ['UNSUPPORTED_COMPRESSION_TYPE', said('UNSUPPORTED_COMPRESSION_TYPE'), KAFKA],
    ['a throttling that KafkaJS has no name for', thrownFor(89), KAFKA],
    ['a wrong password', named('KafkaJSSASLAuthenticationError'), KAFKA],
    ['a lock that was not got', named('KafkaJSLockTimeout'), KAFKA],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', said('NOT_ENOUGH_REPLICAS_AFTER_APPEND'), PARTITION_MAYBE],
    ['REQUEST_TIMED_OUT', said('REQUEST_TIMED_OUT'), PARTITION_MAYBE],
    ['KAFKA_STORAGE_ERROR', said('KAFKA_STORAGE_ERROR'), PARTITION_MAYBE],
    ['UNKNOWN', said('UNKNOWN', -1), PARTITION_MAYBE],
    ['a code from the future', thrownFor(999), KAFKA_MAYBE],
    ['a connection that broke', named('KafkaJSConnectionClosedError'), KAFKA_MAYBE],
    ['a refusal, which may be of the attempt to recover', named('KafkaJSConnectionError'), KAFKA_MAYBE],
    ['a request that timed out', named('KafkaJSRequestTimeoutError'), KAFKA_MAYBE],
    ['a fault in KafkaJS', new TypeError("undefined is not an object (evaluating 'this.x')"), KAFKA_MAYBE],
    ['an answer that could not be decoded', new RangeError('outside buffer bounds'), KAFKA_MAYBE],
    ['what is not even an error', 'text', KAFKA_MAYBE],
  ])('%s', (_, error, result) => {
    expect(classify(error, 'sending').result).toMatchObject(result);
    const wrapped = Object.assign(named('KafkaJSNumberOfRetriesExceeded'), {
      cause: error,
      retriable: false,
    });
    if (error instanceof Error) expect(classify(wrapped, 'sending').result).toMatchObject(result);
  });
});

test('a reason names the broker that gave no answer', () => {
  const broker = 'kafka-2:9092';
  const reasonOf = (message: string) =>
    classify(Object.assign(named('KafkaJSConnectionError', message), { broker }), 'opening').result.reason;
  expect(reasonOf('Connection timeout')).toBe('Connection timeout (kafka-2:9092)');
  const refused = 'Connection error: connect ECONNREFUSED kafka-2:9092';
  expect(reasonOf(refused)).toBe(refused);
});

test('what failed before it was sent was not written', () => {
  for (const name of ['KafkaJSConnectionError', 'KafkaJSRequestTimeoutError', 'SomethingNew']) {
    expect(classify(named(name), 'opening').result).toMatchObject({ kind: 'failed', maybeWritten: false });
  }
});

describe('after an error', () => {
  test.each<[string, unknown, { again: boolean; spoilsProducer: boolean }]>([
    [
      'the line is kept where the broker refused a record',
      said('INVALID_RECORD'),
      { again: false, spoilsProducer: false },
    ],
    [
      'the line is kept where the broker could not write',
      said('NOT_ENOUGH_REPLICAS'),
      { again: false, spoilsProducer: false },
    ],
    [
      'a moved topic is tried again on another line',
      said('NOT_LEADER_FOR_PARTITION'),
      { again: true, spoilsProducer: true },
    ],
    [
      'a cut is tried again on another line',
      named('KafkaJSConnectionClosedError'),
      { again: true, spoilsProducer: true },
    ],
    [
      'silence is not waited for twice',
      named('KafkaJSRequestTimeoutError'),
      { again: false, spoilsProducer: true },
    ],
  ])('%s', (_, error, expected) => {
    expect(classify(error, 'sending')).toMatchObject(expected);
  });
});
