/** Problem document (RFC 9457): what the service says of an error. */
export interface Problem {
  /** Stable name of the problem, such as `urn:spillway:problem:invalid-message`. */
  readonly type: string;
  readonly title: string;
  /** HTTP status code. */
  readonly status: number;
  readonly detail: string;
  /** Fields that are wrong. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Id of the request, for the operators. */
  readonly requestId?: string;
}

/** Why an attempt failed that may succeed when it is repeated. */
export interface Trouble {
  readonly reason: string;
  /** The service's own words, if it answered. */
  readonly problem?: Problem;
  /** Milliseconds after which the service wants the message again, if it said so. */
  readonly retryAfterMs?: number;
  /** Error that `fetch` threw, if there was no answer. */
  readonly cause?: unknown;
}

/** What the service said of a message that it has accepted. */
export type Receipt =
  /** Kafka has acknowledged the record. Nothing is left to do. */
  | {
      readonly kind: 'published';
      readonly id: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: string;
    }
  /** The fallback list holds the message and it will be published. Nothing is left to do. */
  | { readonly kind: 'queued'; readonly id: string; readonly topic: string }
  /**
   * The message was queued earlier, under this id, and cannot be published for the `reason` given. The service
   * keeps it until an operator puts it back or discards it. Do not send it again: tell the operators.
   */
  | { readonly kind: 'dead'; readonly id: string; readonly topic: string; readonly reason: string };

/** What became of a message. Each message that is sent has exactly one outcome. */
export type Outcome =
  | Receipt
  /** Nothing was written, and sending the same again does not help. Fix what `problem` says. */
  | { readonly kind: 'rejected'; readonly id: string; readonly problem: Problem }
  /**
   * No attempt was acknowledged before the time limit, and the message may have been written nevertheless. Keep
   * it, and send it again later with this `id` and the same content: then it is not published twice.
   */
  | ({ readonly kind: 'unavailable'; readonly id: string } & Trouble);
