import type { DecodedBatch } from './record-batch.ts';

/** The APIs that the broker speaks, with the one version of each that it offers. */
export const API = {
  Produce: { key: 0, version: 7 },
  Metadata: { key: 3, version: 6 },
  SaslHandshake: { key: 17, version: 1 },
  ApiVersions: { key: 18, version: 2 },
  InitProducerId: { key: 22, version: 1 },
  SaslAuthenticate: { key: 36, version: 1 },
} as const;

export type ApiName = keyof typeof API;

/** The records for one partition in a produce request. */
export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  /** `topic/partition`, by which a reply names it. */
  readonly name: string;
  readonly batch: DecodedBatch;
}

/** A request that reached a node, as a script sees it. */
interface ScriptedRequest {
  readonly api: ApiName;
  /** The node that it came to: 1, 2, … */
  readonly node: number;
  /** How many requests of this API had come to the cluster before it. */
  readonly index: number;
  /** Of a produce request; else empty. */
  readonly partitions: readonly ProducedPartition[];
}

/** What becomes of a request. `write: false` keeps its records out of the topic. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly delayMs?: number;
      readonly throttleMs?: number;
      /** Produce: these partitions (`a/0`) are not written, and answer this code. */
      readonly errors?: Readonly<Record<string, number>>;
      /** Produce: these partitions (`a/0`) are not written, and the answer leaves them out. */
      readonly omit?: readonly string[];
    }
  /** No answer; the connection stays, and answers what comes later. */
  | { readonly kind: 'silence'; readonly write?: boolean }
  /** A RST instead of the answer. */
  | { readonly kind: 'reset'; readonly write?: boolean }
  /** A FIN instead of the answer. */
  | { readonly kind: 'end'; readonly write?: boolean }
  /** A beginning of the answer, of this length (counted from the end if negative, as in `slice`), and then a RST. */
  | { readonly kind: 'truncate'; readonly bytes: number; readonly write?: boolean };

/** Decides about each request; undefined is a plain answer. */
export type Script = (request: ScriptedRequest) => Reply | undefined | Promise<Reply | undefined>;
