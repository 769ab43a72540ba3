import type { Admission } from '../../ports/gate.ts';
import type { KeptReceipt } from '../../ports/receipts.ts';

/**
 * Prefix of a hold's record. Each id has one record: a hold with the nonce of its owner, and later the
 * receipt, which never begins like this.
 */
export const HELD = 'held:';

/** The record of a hold. */
export function toIdRecord(nonce: string): string {
  return HELD + nonce;
}

/** The receipt in a record; undefined if the record is a hold. */
export function toReceipt(record: string): KeptReceipt | undefined {
  return record.startsWith(HELD) ? undefined : (JSON.parse(record) as KeptReceipt);
}

/** Admission of a message whose id has the record of another message: replayed, or in flight. */
export function judgeIdRecord(record: string): Admission {
  const receipt = toReceipt(record);
  return receipt ? { kind: 'replayed', receipt } : { kind: 'in-flight' };
}
