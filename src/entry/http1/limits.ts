/** Limits of a connection, the same on every runtime. Times are in milliseconds. */
export const LIMITS = {
  /** Bytes of a request's head. */
  headBytes: 16_384,
  /** Time for a head, from its first byte. */
  headMs: 10_000,
  /** Least rate of a body, and of the reading of an answer: in each window so many bytes at least. */
  windowMs: 10_000,
  windowBytes: 10_000,
  /** Time for which a connection that is to end still reads: bytes left unread could cost the client its answer. */
  lingerMs: 2000,
  /** Connections of a process. Beyond them a client is answered 503. */
  connections: 10_000,
  /** Bytes of requests that are in memory, of all connections. Beyond them no body is read: 503. */
  loadBytes: 67_108_864,
  /** Bytes of an answer that are handed to the socket at once. */
  sliceBytes: 65_536,
} as const;
