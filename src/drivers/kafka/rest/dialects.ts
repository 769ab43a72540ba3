import { confluentV2 } from './confluent-v2.ts';
import { confluentV3 } from './confluent-v3.ts';
import type { Dialect } from './dialect.ts';
import { Redpanda } from './redpanda.ts';
import { strimzi } from './strimzi.ts';

export type DialectName = 'strimzi' | 'confluent-v2' | 'confluent-v3' | 'redpanda';

/** A dialect by its name. Each driver needs an instance of its own: a dialect may have state. */
export function dialectOf(name: DialectName): Dialect {
  switch (name) {
    case 'strimzi':
      return strimzi;
    case 'confluent-v2':
      return confluentV2;
    case 'confluent-v3':
      return confluentV3;
    case 'redpanda':
      return new Redpanda();
  }
}
