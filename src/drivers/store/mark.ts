import type { Admission } from '../../ports/gate.ts';
import type { Receipt } from '../../ports/receipts.ts';

/**
 * One value for each id: while its message is on its way, the nonce of the one who holds it; from
 * then on its receipt. This is what a hold begins with, and no receipt does.
 */
const HELD = 'held:';

export function toMark(nonce: string): string {
  return HELD + nonce;
}

/** Undefined where the mark is a hold. */
export function toReceipt(mark: string): Receipt | undefined {
  return mark.startsWith(HELD) ? undefined : (JSON.parse(mark) as Receipt);
}

/** What the mark that another message left says to one with the same id. */
export function judgeMark(mark: string): Admission {
  const receipt = toReceipt(mark);
  return receipt ? { kind: 'replayed', receipt } : { kind: 'in-flight' };
}
