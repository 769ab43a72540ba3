/** One of those compared, in the process that it has for itself: what it can be told to do. */
export interface Client {
  /** Does the work for one message, and is done when Kafka, or Redis, has it. `n` says which. */
  one?(n: number): Promise<void>;
  /** Writes a batch of 500, likewise. */
  batch?(n: number): Promise<void>;
  /** Puts messages into the fallback list for the next drain. */
  fill?(): Promise<void>;
  /** Drains the list until it is empty or `ms` have passed, and says how many messages that were. */
  drain?(ms: number): Promise<number>;
  /** Where it serves `POST /v1/messages`, for a client that is a server. */
  readonly url?: string;
  /** Topic of its messages, for a client that is a server. */
  readonly topic?: string;
  /** Forgets what was written, where it would pile up. */
  clear?(): Promise<void>;
}

/** What a client connects to. The topic is there. */
export interface Services {
  readonly brokers: string[];
  readonly topic: string;
  readonly redisUrl: string;
}

export type Connect = (services: Services) => Promise<Client>;

export type ClientName =
  | 'driver'
  | 'kafkajs'
  | 'patched'
  | 'platformatic'
  | 'store'
  | 'lpush'
  | 'gate'
  | 'three-commands'
  | 'three-pipelined'
  | 'worker'
  | 'worker-ordered'
  | 'worker-hot'
  | 'rpop-loop'
  | 'spillway'
  | 'spillway-open'
  | 'stage-http'
  | 'stage-parse'
  | 'stage-accept'
  | 'echo'
  | 'echo-kafkajs';

/** What a client is told to do for a while. */
export interface Task {
  /** `http`: requests to its URL, from another process. */
  readonly kind: 'load' | 'idle' | 'drain' | 'http';
  readonly ms: number;
  /** How many wait for their own write at the same time, each in a loop, or how many connections there are. */
  readonly callers: number;
  readonly batch: boolean;
  /** How the requests of `http` are written. Undefined: one message each. */
  readonly form?: BatchForm;
}

/** Form of requests with 500 messages each. */
export type BatchForm = 'ndjson' | 'array' | 'kafka-rest';

/** What was measured meanwhile, in the client's process alone. */
export interface Figures {
  readonly perSecond: number;
  readonly cpuMicrosEach: number;
  readonly cpuPercent: number;
  /** The median time of a write, in milliseconds. */
  readonly p50: number;
  /** That of which one write in a hundred takes longer, in milliseconds. */
  readonly p99: number;
}
