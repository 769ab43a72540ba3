import type { ObjectSqlStorage } from '../../drivers/object-sql.ts';

// What is used of the Workers runtime. Its own types would clash with those of Bun and Node, which
// the compiler has for all files.

/** Environment of a Worker: variables and secrets are strings, other bindings are objects. */
export type Bindings = Readonly<Record<string, unknown>>;

interface ExecutionContext {
  /**
   * Extends the lifetime of the event: the work goes on after the response and a disconnect, for 30 s at
   * most.
   */
  waitUntil(work: Promise<unknown>): void;
}

export interface ObjectNamespace {
  idFromName(name: string): object;
  get(id: object): { fetch(request: Request): Promise<Response> };
}

/** Storage with an output gate: writes are on disk before any response or request leaves the object. */
export interface ObjectStorage extends ObjectSqlStorage {
  getAlarm(): Promise<number | null>;
  /** Replaces the alarm. `at` is in milliseconds since the epoch. */
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface ObjectState extends ExecutionContext {
  readonly storage: ObjectStorage;
  /** Holds all events until `work` settles. If it fails, the object is restarted. */
  blockConcurrencyWhile(work: () => Promise<void>): Promise<void>;
}
