import { Gauge, type Registry } from 'prom-client';
import type { ServiceName } from '../ports/service-name.ts';

/** Registers which parts run embedded, which is settled at the start. */
export function registerEmbedded(registry: Registry, embedded: readonly ServiceName[]): void {
  const gauge = new Gauge({
    name: 'spillway_embedded',
    help: '1: embedded, as files of this process and for development; 0: real',
    labelNames: ['service'],
    registers: [registry],
    aggregator: 'max',
  });
  for (const service of ['kafka', 'redis'] as const)
    gauge.set({ service }, embedded.includes(service) ? 1 : 0);
}
