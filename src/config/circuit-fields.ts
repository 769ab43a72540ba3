import { field, oneOf, seconds, whole } from './fields.ts';
import { PRESETS } from './presets.ts';

const slowMs = () => whole(1, 600_000).optional();

const failMax = () => whole(1, 1_000_000).optional();

/** Defaults of a variable, in the order of the presets. */
const byPreset = (service: 'kafka' | 'redis', name: 'failMax' | 'resetTimeout' | 'timeoutDuration') =>
  Object.values(PRESETS)
    .map((preset) => `\`${preset[service][name]}\``)
    .join(', ');

/** Variables of both circuits. */
export const circuitFields = {
  BREAKER_PRESET: field(
    {
      words:
        'The defaults of both circuits: `production`, `aggressive` or `conservative`. The rows below show the three defaults in this order. A variable of its own wins over the preset',
    },
    oneOf(['production', 'aggressive', 'conservative']).default('production'),
  ),
  KAFKA_BREAKER_FAIL_MAX: field(
    { unset: byPreset('kafka', 'failMax'), words: 'Consecutive faults that open the Kafka circuit' },
    failMax(),
  ),
  KAFKA_BREAKER_RESET_TIMEOUT: field(
    {
      unset: byPreset('kafka', 'resetTimeout'),
      words: 'Seconds from opening to the first trial. Fractions are allowed',
    },
    seconds(),
  ),
  KAFKA_BREAKER_TIMEOUT_DURATION: field(
    {
      unset: byPreset('kafka', 'timeoutDuration'),
      words: 'Seconds from a failed trial to the next. Fractions are allowed',
    },
    seconds(),
  ),
  KAFKA_BREAKER_SLOW_MS: field(
    {
      unset: 'off',
      words:
        'An answer that takes longer than this many milliseconds counts as a fault. It must be below `PUBLISH_TIMEOUT_MS`',
    },
    slowMs(),
  ),
  REDIS_BREAKER_FAIL_MAX: field(
    { unset: byPreset('redis', 'failMax'), words: 'Consecutive faults that open the Redis circuit' },
    failMax(),
  ),
  REDIS_BREAKER_RESET_TIMEOUT: field(
    {
      unset: byPreset('redis', 'resetTimeout'),
      words: 'Seconds from opening to the first trial. Fractions are allowed',
    },
    seconds(),
  ),
  REDIS_BREAKER_TIMEOUT_DURATION: field(
    {
      unset: byPreset('redis', 'timeoutDuration'),
      words: 'Seconds from a failed trial to the next. Fractions are allowed',
    },
    seconds(),
  ),
  REDIS_BREAKER_SLOW_MS: field(
    { unset: 'off', words: 'An answer that takes longer than this many milliseconds counts as a fault' },
    slowMs(),
  ),
  CIRCUIT_SHARING: field(
    {
      words:
        'With `on`, processes [tell each other](operators/circuits.md#sharing-an-outage) through Redis when Kafka is away, and when it is back',
    },
    oneOf(['on', 'off']).default('off'),
  ),
};
