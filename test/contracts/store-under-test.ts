import type { Store } from '../../src/ports/store.ts';

export interface StoreUnderTest {
  /** An empty store. */
  readonly store: Store;
  /** What it says of itself, where that is not `durable`: Upstash keeps its settings to itself. */
  readonly durability?: 'unknown';
  /** Lets so many milliseconds pass by the store's clock. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
}
