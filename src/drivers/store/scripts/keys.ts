/** The list itself: LPUSH parks, the right end is the head. */
export const QUEUE = 'fallback:message_queue';

/** In a cluster all keys of a script stand in one slot: the tag is the list's whole name. */
const TAG = `{${QUEUE}}`;

/** Sorted set: batch → the millisecond, by the server's clock, at which its lease ends. */
export const LEASES = `${TAG}:leases`;

/** Sorted set: dead letters by id, oldest first, as `{"id", "entry", "reason", "attempts", "at"}`. */
export const DEAD = `${TAG}:dead-letters`;

/** Hash: the SHA-1 of an entry → how many workers died with it. Gone a day after the last one. */
export const ATTEMPTS = `${TAG}:attempts`;

/** Hash: how many bytes the `entries` that wait or are claimed have, where the list has a limit of bytes. */
export const SIZE = `${TAG}:size`;

/** Hash: order key → how many entries that wait or are claimed have it, where the order of keys is kept. */
export const ORDER = `${TAG}:order`;

/** `<PENDING><batch>` is the list of what a batch has claimed, oldest at the left. */
export const PENDING = `${TAG}:p:`;

/** Never exists: what is pushed to it "if it exists" shows whether Redis would write. */
export const NOWHERE = `${TAG}:nowhere`;

/** `<STAGED><id>` is a list of arguments that were too large for one request, and expires. */
export const STAGED = `${TAG}:staged:`;
/** `<MESSAGE><id>` is the mark of an id: who holds it, or its receipt. */
export const MESSAGE = 'spillway:message:';

/** `<CLIENT_LIMIT><client>` is how much of its limit a client has used. */
export const CLIENT_LIMIT = 'spillway:limit:';

/** `<BOARD><name>` is a text on the board; one slot of a cluster holds them all. */
export const BOARD = 'spillway:{board}:';
