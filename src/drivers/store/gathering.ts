/** Runs something once whoever is to share it has come. */
export type Gathering = (run: () => void) => void;

/** All who come in this turn of the event loop share. */
export const perTurn: Gathering = (run) => void setImmediate(run);

/**
 * Only what one call asks for before it first waits is shared. On an edge a request must carry
 * nothing of another one, which would wait for ever if it ended early.
 */
export const perCall: Gathering = (run) => queueMicrotask(run);
