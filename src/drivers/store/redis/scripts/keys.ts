/** List: the fallback list. LPUSH parks, and the right end is the head. */
export const QUEUE = 'fallback:message_queue';

/** Hash tag of Redis Cluster: all keys of a script share a slot. */
const TAG = `{${QUEUE}}`;

/** Sorted set: batch → the end of its lease, in ms of the server's clock. */
export const LEASES = `${TAG}:leases`;

/** Sorted set: dead letters by id, oldest first, as `{"id", "entry", "reason", "attempts", "at"}`. */
export const DEAD = `${TAG}:dead-letters`;

/** Hash: SHA-1 of an entry → attempts, that is workers that died with it. Expires a day after the last one. */
export const ATTEMPTS = `${TAG}:attempts`;

/**
 * Hash: cached size of the list, as the `bytes` of its `entries`, claimed ones included. Only with a byte
 * limit.
 */
export const SIZE = `${TAG}:size`;

/** Hash: order key → number of entries with it, claimed ones included. Only where the order of keys is kept. */
export const ORDER = `${TAG}:order`;

/** Hash: token of a message parked in doubt → 1 if Kafka acknowledged it after all, 0 if the call failed. */
export const DOUBTS = `${TAG}:doubts`;

/** List, `<PENDING><batch>`: the claimed entries of a batch, oldest at the left. */
export const PENDING = `${TAG}:p:`;

/** Never exists: LPUSHX to it tests whether Redis accepts writes. */
export const NOWHERE = `${TAG}:nowhere`;

/** List, `<STAGED><id>`: arguments that are too large for one request. Expires. */
export const STAGED = `${TAG}:staged:`;
/** String, `<MESSAGE><id>`: the record of an id (`idKey`), which is its hold or its receipt. */
export const MESSAGE = 'spillway:message:';

/** String, `<CLIENT_LIMIT><client>`: the GCRA state of a client. */
export const CLIENT_LIMIT = 'spillway:limit:';

/** String, `<BOARD><name>`: a text of the shared state. One slot of a cluster holds them all. */
export const BOARD = 'spillway:{board}:';
