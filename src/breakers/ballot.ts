/** One wire call has one vote, however many callers shared it. */
export class Ballot {
  readonly #voted = new WeakSet<object>();

  /** Whether the call has not voted yet; from now on it has. Who shares no call may always vote. */
  admits(call: object | undefined): boolean {
    if (!call) return true;
    if (this.#voted.has(call)) return false;
    this.#voted.add(call);
    return true;
  }
}
