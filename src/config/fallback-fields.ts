import { DAY_S, field, oneOf, whole } from './fields.ts';

/** Variables of the fallback list. */
export const fallbackFields = {
  FALLBACK_AFTER_MS: field(
    {
      words:
        'How long a client waits for a Kafka that is slow or silent, in milliseconds, while the list can take its message: then the message is parked, and answered `queued`. With `0` it waits as long as `PUBLISH_TIMEOUT_MS`',
    },
    whole(0, 300_000).default(300),
  ),
  FALLBACK_MAX_LENGTH: field(
    {
      unset: 'no limit',
      words:
        'How many messages the list may hold, including those that a worker has claimed. When it is full, clients get a 503 with `Retry-After`, and nothing is dropped',
    },
    whole(1, 1_000_000_000).optional(),
  ),
  FALLBACK_MAX_BYTES: field(
    { unset: 'no limit', words: 'The same in bytes. It must not be below `MAX_BODY_BYTES`' },
    whole(1, 1_000_000_000_000).optional(),
  ),
  FALLBACK_MAX_AGE_SECONDS: field(
    {
      unset: 'no limit',
      words:
        'A message that was parked longer ago is not published. It becomes a [dead letter](operators/troubleshooting.md#dead-letters)',
    },
    whole(1, 10 * 365 * DAY_S).optional(),
  ),
  BACKFILL: field(
    { words: 'With `inline`, the API drains the list. With `off`, a separate worker does' },
    oneOf(['inline', 'off']).default('inline'),
  ),
};
