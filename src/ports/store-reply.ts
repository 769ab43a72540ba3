/**
 * Every verb of the store answers with one of these; none throws. `call` stands for the call to the
 * store, where several callers may have shared it.
 */
export type StoreReply<T> =
  | { readonly kind: 'done'; readonly value: T; readonly call?: object | undefined }
  /** Tried without an answer. It may have been done all the same: every verb can be repeated. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** How much was done before it failed, where the verb does its work in pieces. */
      readonly doneBefore?: number | undefined;
      readonly call?: object | undefined;
    }
  /** Not tried: the circuit is open, and tries again in `retryInMs` at the earliest. */
  | { readonly kind: 'refused'; readonly retryInMs: number };
