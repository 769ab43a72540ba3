import type { Admission, Gate, Hold } from '../ports/gate.ts';
import type { Receipt } from '../ports/receipts.ts';
import type { Admit, Entry } from './admission.ts';
import type { Message, Submission } from './message.ts';
import { type Outcome, toReceipt, type TurnedAway } from './outcome.ts';
import { NO_FATE, take, type Takers } from './take.ts';

/** Takes checked messages and answers one outcome for each, in order. Never throws. */
export type Accept = (submissions: readonly Submission[]) => Promise<Outcome[]>;

export interface AcceptDeps extends Takers {
  readonly gate: Gate;
  readonly admit: Admit;
  /** Hears what became of every message that was accepted; must not wait. */
  record: (receipt: Receipt) => void;
  /** Hears of every outcome, before the client does. */
  onOutcome: (outcome: Outcome, message: Message) => void;
}

/** The one way a message goes: admit, publish, else park, else unavailable; and its receipt. */
export function createAccept({ gate, admit, record, onOutcome, ...takers }: AcceptDeps): Accept {
  return async (submissions) => {
    const [entries, held] = await Promise.all([admit(submissions), takers.order?.parkedKeys(submissions)]);
    const admitted = submissions.filter((_, index) => entries[index]?.admission.kind === 'admitted');
    const fates = (await take(admitted, takers, held)).values();
    const released: Hold[] = [];
    const outcomes = submissions.map(({ message }, index) => {
      const { admission, hold } = entries[index] ?? NOT_ASKED;
      const end = turnedAway(admission) ?? fates.next().value ?? NO_FATE;
      const receipt = toReceipt(message, end);
      if (receipt && admission.kind === 'admitted') record(receipt);
      if (!receipt && hold) released.push(hold);
      const outcome: Outcome = { ...end, quota: admission.quota };
      onOutcome(outcome, message);
      return outcome;
    });
    // Nobody waits for it: a hold that is not released ends by itself.
    if (released.length > 0) void gate.release(released);
    return outcomes;
  };
}

const NOT_ASKED: Entry = { admission: { kind: 'admitted' }, hold: undefined };

/** Undefined where it was not: it was let in. */
function turnedAway(admission: Admission): TurnedAway | undefined {
  switch (admission.kind) {
    case 'admitted':
      return undefined;
    case 'replayed':
      return { kind: 'duplicate', receipt: admission.receipt };
    case 'in-flight':
      return { kind: 'in-flight' };
    case 'limited':
      return { kind: 'limited', retryInMs: admission.retryInMs };
  }
}
