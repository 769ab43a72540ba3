import { Counter, type Registry } from 'prom-client';

/** What is counted where the order of keys is kept; 0 elsewhere. */
export function registerOrder(registry: Registry) {
  const registers = [registry];
  const unknown = new Counter({
    name: 'spillway_order_unknown_total',
    help: 'Messages that may have passed earlier ones of their key, because Redis gave no answer',
    registers,
  });
  const behind = new Counter({
    name: 'spillway_order_behind_total',
    help: 'Messages parked because earlier ones of their key wait',
    registers,
  });
  return {
    countOrderUnknown: (messages: number) => unknown.inc(messages),
    countBehind: (messages: number) => behind.inc(messages),
  };
}
