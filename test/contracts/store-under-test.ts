import type { Store } from '../../src/ports/store.ts';

export interface StoreUnderTest {
  /** An empty store. */
  readonly store: Store;
  /** Lets `ms` milliseconds pass by the store's clock. */
  wait(ms: number): Promise<void>;
  /** The same, without waiting for it where the clock is a real one. */
  skip(ms: number): Promise<void>;
  /** Sets the store's clock back. */
  setBack(ms: number): Promise<void>;
  close(): Promise<void>;
}
