/** The list itself: LPUSH parks, the right end is the head. */
export const QUEUE = 'fallback:message_queue';

/** In a cluster all keys of a script stand in one slot: the tag is the list's whole name. */
const TAG = `{${QUEUE}}`;

/** Sorted set: batch → the millisecond, by the server's clock, at which its lease ends. */
export const LEASES = `${TAG}:leases`;

/** List: what can never be published, newest at the left, as `{"reason", "entry"}`. */
export const DEAD = `${TAG}:dead`;

/** Hash: how many bytes the `entries` that wait or are claimed have, where the list has a limit of bytes. */
export const SIZE = `${TAG}:size`;

/** `<PENDING><batch>` is the list of what a batch has claimed, oldest at the left. */
export const PENDING = `${TAG}:p:`;

/** Never exists: what is pushed to it "if it exists" shows whether Redis would write. */
export const NOWHERE = `${TAG}:nowhere`;

/** `<STAGED><id>` is a list of arguments that were too large for one request, and expires. */
export const STAGED = `${TAG}:staged:`;
