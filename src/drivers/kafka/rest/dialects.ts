import type { Dialect } from './dialect.ts';
import { strimzi } from './strimzi.ts';

export type DialectName = 'strimzi';

export function dialectOf(name: DialectName): Dialect {
  switch (name) {
    case 'strimzi':
      return strimzi;
  }
}
