type Preset = 'production' | 'aggressive' | 'conservative';

/**
 * Breaker presets: consecutive faults that open a circuit, and seconds from opening to the first trial and
 * from a failed trial to the next.
 */
export const PRESETS = {
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
