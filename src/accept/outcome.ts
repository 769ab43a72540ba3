import type { RejectCause } from '../ports/publisher.ts';

/** What became of a message. Every message that was checked gets exactly one of these. */
export type Outcome =
  /** In Kafka, acknowledged. */
  | { readonly kind: 'published'; readonly partition: number; readonly offset: string }
  /** In the fallback list. */
  | { readonly kind: 'queued' }
  /** The caller's fault: sending it again can't help. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /** Nobody could take it; sending it again is safe. */
  | {
      readonly kind: 'unavailable';
      /** `both-open`: neither was even tried. `list-full`: Kafka did not take it, and the list has no room. */
      readonly cause: 'both-open' | 'list-full' | 'failed';
      readonly reason: string;
      /** The earliest moment at which a second try has a chance. */
      readonly retryInMs: number;
    };
