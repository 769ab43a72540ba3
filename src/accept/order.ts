import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';
import { inTime } from './deadline.ts';
import type { Submission } from '../message/message.ts';
import { orderKeyOf } from '../message/order-key.ts';

/** Keeps the order of each key, through outages and drains. */
export interface Order {
  /** The order keys of these messages that wait in the list: nothing may pass them. Never throws. */
  parkedKeys: (submissions: readonly Submission[]) => Promise<ReadonlySet<string>>;
  /** Counts messages that were parked behind earlier ones of their keys, though Kafka might have taken them. */
  onBehind: (count: number) => void;
}

export interface OrderDeps {
  readonly list: FallbackList;
  readonly clock: Clock;
  /** Counts messages that passed without knowing whether earlier ones of their keys are parked. */
  onUnknown: (count: number) => void;
  onBehind: Order['onBehind'];
}

/** Asks the list once for all keys of a call. Where it gives no answer in time, no key counts as parked. */
export function createOrder({ list, clock, onUnknown, onBehind }: OrderDeps): Order {
  return {
    onBehind,
    async parkedKeys(submissions) {
      const keys = submissions.map(({ message }) => orderKeyOf(message)).filter((key) => key !== undefined);
      if (keys.length === 0) return NONE;
      const asked = [...new Set(keys)];
      const reply = await inTime(list.parkedKeys(asked), clock);
      if (reply?.kind === 'done') return new Set(asked.filter((_, index) => reply.value[index]));
      onUnknown(keys.length);
      return NONE;
    },
  };
}

const NONE: ReadonlySet<string> = new Set();
