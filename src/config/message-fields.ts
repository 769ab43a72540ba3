import * as z from 'zod';
import { DAY_S, field, list, oneOf, whole } from './fields.ts';

/** Name of a topic of Kafka. */
export const TOPIC = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

/** Variables of clients' messages: topics, sizes, rates, ids and order. */
export const messageFields = {
  KAFKA_TOPIC: field(
    { words: 'The topic of messages that do not name one' },
    z
      .string()
      .regex(TOPIC, {
        error: 'must be the name of a Kafka topic: letters, digits, dots, hyphens, underscores',
      })
      .default('messages'),
  ),
  KAFKA_TOPICS: field(
    { unset: 'none', words: 'More topics that clients may name, separated by commas' },
    list(TOPIC, 'the name of a Kafka topic').optional(),
  ),
  PUBLISH_TIMEOUT_MS: field(
    { words: 'The longest that a request waits for Kafka, in milliseconds' },
    whole(10, 60_000).default(3000),
  ),
  MAX_BODY_BYTES: field(
    { words: 'Larger bodies are answered with 413' },
    whole(1, 100_000_000).default(1_000_000),
  ),
  RATE_LIMIT_MAX: field(
    {
      unset: 'no limit',
      words:
        'How many messages each client address (for IPv6, each /64) may send in `RATE_LIMIT_WINDOW_SECONDS`. They may come all at once, and the allowance returns at an even pace. Set both variables or neither',
    },
    whole(1, 1_000_000).optional(),
  ),
  RATE_LIMIT_WINDOW_SECONDS: field(
    { unset: 'no limit', words: 'The seconds in which `RATE_LIMIT_MAX` messages may be sent' },
    whole(1, DAY_S).optional(),
  ),
  DEDUP_TTL_SECONDS: field(
    {
      words:
        'How long an `id` is taken and its receipt is kept. With `0`, no ids are compared and no receipts are kept',
    },
    whole(0, 7 * DAY_S).default(600),
  ),
  ORDERING: field(
    {
      words:
        'With `key`, messages behind parked ones of their key are parked too, so that each key keeps its order. [What it costs](operators/ordering.md)',
    },
    oneOf(['none', 'key']).default('none'),
  ),
};
