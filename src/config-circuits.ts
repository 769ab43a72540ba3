import * as z from 'zod';
import { oneOf, seconds, whole } from './config-fields.ts';

type Preset = 'production' | 'aggressive' | 'conservative';

/** Faults until a circuit opens, and seconds: from opening to the first trial, from a failed trial to the next. */
const PRESETS = {
  production: {
    kafka: { failMax: 5, resetTimeout: 30, timeoutDuration: 60 },
    redis: { failMax: 3, resetTimeout: 15, timeoutDuration: 30 },
  },
  aggressive: {
    kafka: { failMax: 3, resetTimeout: 10, timeoutDuration: 30 },
    redis: { failMax: 3, resetTimeout: 10, timeoutDuration: 30 },
  },
  conservative: {
    kafka: { failMax: 10, resetTimeout: 60, timeoutDuration: 120 },
    redis: { failMax: 10, resetTimeout: 60, timeoutDuration: 120 },
  },
} as const satisfies Record<Preset, unknown>;

/** How much longer than a publish a trial may take: the message at the head has to be claimed before. */
const TRIAL_GRACE_MS = 1500;
/** Every driver of Redis answers, or gives up, long before. */
const REDIS_TRIAL_MS = 5000;

const slowMs = () => whole(1, 600_000).optional();

/** The variables of both circuits. */
export const circuitFields = {
  CIRCUIT_SHARING: oneOf(['on', 'off']).default('off'),
  BREAKER_PRESET: oneOf(['production', 'aggressive', 'conservative']).default('production'),
  KAFKA_BREAKER_FAIL_MAX: whole(1, 1_000_000).optional(),
  KAFKA_BREAKER_RESET_TIMEOUT: seconds(),
  KAFKA_BREAKER_TIMEOUT_DURATION: seconds(),
  KAFKA_BREAKER_SLOW_MS: slowMs(),
  REDIS_BREAKER_FAIL_MAX: whole(1, 1_000_000).optional(),
  REDIS_BREAKER_RESET_TIMEOUT: seconds(),
  REDIS_BREAKER_TIMEOUT_DURATION: seconds(),
  REDIS_BREAKER_SLOW_MS: slowMs(),
};

const Fields = z.object(circuitFields);

/** The settings of both circuits: a variable of its own wins over the preset. */
export function readCircuits(env: z.infer<typeof Fields>, publishTimeoutMs: number) {
  const { kafka, redis } = PRESETS[env.BREAKER_PRESET];
  return {
    kafka: {
      failMax: env.KAFKA_BREAKER_FAIL_MAX ?? kafka.failMax,
      resetTimeoutMs: 1000 * (env.KAFKA_BREAKER_RESET_TIMEOUT ?? kafka.resetTimeout),
      timeoutDurationMs: 1000 * (env.KAFKA_BREAKER_TIMEOUT_DURATION ?? kafka.timeoutDuration),
      trialTimeoutMs: publishTimeoutMs + TRIAL_GRACE_MS,
      slowMs: env.KAFKA_BREAKER_SLOW_MS,
    },
    redis: {
      failMax: env.REDIS_BREAKER_FAIL_MAX ?? redis.failMax,
      resetTimeoutMs: 1000 * (env.REDIS_BREAKER_RESET_TIMEOUT ?? redis.resetTimeout),
      timeoutDurationMs: 1000 * (env.REDIS_BREAKER_TIMEOUT_DURATION ?? redis.timeoutDuration),
      trialTimeoutMs: REDIS_TRIAL_MS,
      slowMs: env.REDIS_BREAKER_SLOW_MS,
    },
  };
}
