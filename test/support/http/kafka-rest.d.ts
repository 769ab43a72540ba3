/** The parts of Confluent's client for Node that the tests use. */
declare module 'kafka-rest' {
  type Callback<T> = (error: Error | null, result: T) => void;

  interface Record {
    readonly key?: string;
    readonly value: string | Buffer;
    readonly partition?: number;
  }

  export interface Produced {
    readonly offsets: readonly object[];
  }

  export interface Topic {
    readonly name: string;
    readonly raw: unknown;
    readonly partitions: { list(done: Callback<readonly { readonly raw: unknown }[]>): void };
    get(done: Callback<Topic>): void;
    produce(records: readonly Record[], done: Callback<Produced>): void;
    partition(id: number): { produce(records: readonly Record[], done: Callback<Produced>): void };
  }

  export default class Client {
    constructor(config: { readonly url: string });
    readonly brokers: { list(done: Callback<readonly object[]>): void };
    readonly topics: { list(done: Callback<readonly Topic[]>): void };
    topic(name: string): Topic;
  }
}
