/**
 * Bounds of one run of a script: Redis serves no other command meanwhile. Whole entries are moved, so one that
 * is larger is moved alone. The slowest work on them is JSON, with 15 ms for a megabyte.
 */
export const MOST_BYTES = 1_000_000;
export const MOST_ENTRIES = 1000;

/** Bounds of what a script reads to measure the list, which is faster. */
export const MOST_BYTES_MEASURED = 4_000_000;
export const MOST_ENTRIES_MEASURED = 10_000;
