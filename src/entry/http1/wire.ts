/** Socket of a connection. */
export interface Wire {
  /** Answers false where the client reads slowly: `Connection.flushed` is called once it has caught up. */
  write(bytes: Uint8Array): boolean;
  /** Ends what is sent, after what was written. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}
