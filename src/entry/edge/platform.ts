import type { ObjectSqlStorage } from '../../drivers/object-sql.ts';

// What is used of the Workers runtime. Its own types would clash with those of Bun and Node, which
// the compiler has for all files.

/** Variables and secrets are texts; what else is bound to the Worker is an object. */
export type Bindings = Readonly<Record<string, unknown>>;

interface ExecutionContext {
  /** The runtime goes on with this after the answer, and after the client is gone: for 30 s at most. */
  waitUntil(work: Promise<unknown>): void;
}

export interface ObjectNamespace {
  idFromName(name: string): object;
  get(id: object): { fetch(request: Request): Promise<Response> };
}

/** Whatever is written is on the disk before any answer, or any other word, leaves the object. */
export interface ObjectStorage extends ObjectSqlStorage {
  getAlarm(): Promise<number | null>;
  /** `at` is in milliseconds since 1970. There is one alarm: another one takes its place. */
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface ObjectState extends ExecutionContext {
  readonly storage: ObjectStorage;
  /** No event reaches the object before this has ended. Where it fails, the object is made anew. */
  blockConcurrencyWhile(work: () => Promise<void>): Promise<void>;
}
