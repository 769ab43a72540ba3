import { Gauge, type Registry } from 'prom-client';
import type { CircuitMode, CircuitState } from '../breakers/circuit.ts';
import type { WorkerPresence } from '../fleet/worker-presence.ts';
import type { Durability } from '../ports/durability.ts';
import type { Snapshot } from './snapshot.ts';

const STATE_VALUE: Record<CircuitState, number> = { closed: 0, open: 1, 'half-open': 2 };
const MODE_VALUE: Record<CircuitMode, number> = { auto: 0, 'forced-open': 1, 'forced-closed': 2 };
const WORKER_VALUE: Record<WorkerPresence, number> = { missing: 0, running: 1, unknown: Number.NaN };
const DURABLE_VALUE: Record<Durability['status'], number> = { 'at-risk': 0, durable: 1, unknown: Number.NaN };

const SERVICES = ['kafka', 'redis'] as const;

/** Registers the gauges of the state, which is looked at for each scrape. */
export function registerSnapshot(registry: Registry, snapshot: () => Snapshot): void {
  const registers = [registry];
  const byService = (name: string, help: string, pick: (circuit: Snapshot['circuits']['kafka']) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['service'],
      registers,
      aggregator: 'max',
      collect() {
        const { circuits } = snapshot();
        for (const service of SERVICES) this.set({ service }, pick(circuits[service]));
      },
    });
  const gauge = (name: string, help: string, pick: (state: Snapshot) => number) =>
    new Gauge({
      name,
      help,
      registers,
      // All processes look at the same list and the same workers.
      aggregator: 'min',
      collect() {
        this.set(pick(snapshot()));
      },
    });
  byService('circuit_breaker_state', '0 closed, 1 open, 2 half-open', ({ state }) => STATE_VALUE[state]);
  byService(
    'spillway_circuit_forced',
    '0 automatic, 1 forced open by an operator, 2 forced closed',
    ({ mode }) => MODE_VALUE[mode],
  );
  gauge(
    'spillway_backfill_worker',
    '1 a backfill worker runs, 0 none does, NaN not known',
    ({ worker }) => WORKER_VALUE[worker],
  );
  gauge(
    'spillway_fallback_durable',
    '1 the fallback list is durable, 0 a setting of its store puts it at risk, NaN not known',
    ({ list }) => DURABLE_VALUE[list.durability.status],
  );
}
