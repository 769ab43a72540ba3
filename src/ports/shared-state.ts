import type { StoreReply } from './store-reply.ts';

/** Short texts by which the processes of a service tell each other something, each for a while. */
export interface SharedState {
  /** One text for each name, in order; undefined where there is none, or its time is over. */
  read(names: readonly string[]): Promise<StoreReply<readonly (string | undefined)[]>>;
  /** Puts up a text in the place of what was there. */
  post(name: string, text: string, ttlMs: number): Promise<StoreReply<void>>;
  /** Gives what is there a new time; what is not there does not come back. */
  prolong(name: string, ttlMs: number): Promise<StoreReply<void>>;
  remove(name: string): Promise<StoreReply<void>>;
}
