import type * as z from 'zod';
import type { circuitFields } from './circuit-fields.ts';
import { PRESETS } from './presets.ts';

/** Time that a trial has beyond a publish, in milliseconds: the message at the head has to be claimed first. */
const TRIAL_GRACE_MS = 1500;
/** Timeout of a trial of Redis, in milliseconds: above that of every driver. */
const REDIS_TRIAL_MS = 5000;

type Fields = z.infer<z.ZodObject<typeof circuitFields>>;

/** Settings of one circuit. */
export interface CircuitConfig {
  /** Consecutive faults that open the circuit. */
  readonly failMax: number;
  /** Milliseconds from opening to the first trial. */
  readonly resetTimeoutMs: number;
  /** Milliseconds from a failed trial to the next. */
  readonly timeoutDurationMs: number;
  /** Timeout of a trial, in milliseconds. */
  readonly trialTimeoutMs: number;
  /** Slow-call threshold, in milliseconds: a later answer is a fault. Undefined: off. */
  readonly slowMs: number | undefined;
}

/** Settings of both circuits. A variable of its own overrides the preset. */
export function readCircuits(
  env: Fields,
  publishTimeoutMs: number,
): Record<'kafka' | 'redis', CircuitConfig> {
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
