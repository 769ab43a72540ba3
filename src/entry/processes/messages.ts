import type { MetricsSnapshot } from '../../ops/merged-metrics.ts';

/** What a process tells its parent. */
export type ToParent =
  | { readonly kind: 'listening' }
  /** Asks for the metrics of all. */
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: MetricsSnapshot };

/** What a parent tells its processes. */
export type ToProcess =
  | { readonly kind: 'collect'; readonly id: number }
  | { readonly kind: 'gathered'; readonly id: number; readonly all: readonly MetricsSnapshot[] };

/** Variable that a parent sets: the number of the process, from 1. */
export const NUMBER = 'SPILLWAY_PROCESS';
