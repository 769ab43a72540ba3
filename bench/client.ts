/** One of those compared, in the process that it has for itself. */
export interface Client {
  /** Writes one record; done when Kafka has it (acks=all). `n` says which. */
  one(n: number): Promise<void>;
  /** Writes a batch of 500, likewise. */
  batch(n: number): Promise<void>;
}

/** Connects to the broker; the topic is there. */
export type Connect = (brokers: string[], topic: string) => Promise<Client>;

export type ClientName = 'driver' | 'kafkajs' | 'patched' | 'platformatic';

/** What a client is told to do for a while. */
export interface Task {
  readonly kind: 'load' | 'idle';
  readonly ms: number;
  /** How many wait for their own write at the same time, each in a loop. */
  readonly callers: number;
  readonly batch: boolean;
}

/** What was measured meanwhile, in the client's process alone. */
export interface Figures {
  readonly perSecond: number;
  readonly cpuMicrosEach: number;
  readonly cpuPercent: number;
  /** The median time of a write, in milliseconds. */
  readonly p50: number;
}
