import { decideEach } from '../common/decide.ts';
import type { Gate } from '../ports/gate.ts';
import { type Receipt, toClient } from '../ports/receipts.ts';
import type { Admit, Asked } from './admission.ts';
import type { Message, Submission } from '../message/message.ts';
import { type Fate, isReceiptKept, type Outcome, toReceipt, type TurnedAway } from './outcome.ts';
import { NO_FATE, take, type Takers } from './take.ts';

/** Takes checked messages and answers one outcome for each, in order. Never throws. */
export type Accept = (submissions: readonly Submission[]) => Promise<Outcome[]>;

export interface AcceptDeps extends Takers {
  readonly gate: Gate;
  readonly admit: Admit;
  /** Receives the receipts that are to be kept; must not wait. */
  record: (receipt: Receipt, message: Message) => void;
  /** Receives every outcome, before the client does. */
  onOutcome: (outcome: Outcome, message: Message) => void;
}

/** The one way a message goes: admit, publish, else park, else unavailable; and its receipt. */
export function createAccept({ gate, admit, record, onOutcome, ...takers }: AcceptDeps): Accept {
  const conclude = ({ submission: { message, hasClientId }, admission }: Asked, end: Fate | TurnedAway) => {
    const receipt = isReceiptKept(end, hasClientId) ? toReceipt(message, end) : undefined;
    if (receipt && admission.kind === 'admitted') record(receipt, message);
    const outcome: Outcome = { ...end, quota: admission.quota };
    onOutcome(outcome, message);
    return outcome;
  };
  return async (submissions) => {
    const parkedKeys = takers.order?.parkedKeys(submissions);
    const asked = await admit(submissions);
    const held = parkedKeys && (await parkedKeys);
    const ends = await decideEach<Asked, Fate | TurnedAway>(asked, turnedAway, (admitted) =>
      take(admitted.map(messageOf), takers, held),
    );
    const outcomes = asked.map((each, index) => conclude(each, ends[index] ?? NO_FATE));
    const released = asked.flatMap(({ hold }, index) => (hold && !isAccepted(ends[index]) ? [hold] : []));
    // No answer waits for the release: a hold that is not released ends by itself.
    if (released.length > 0) void gate.release(released);
    return outcomes;
  };
}

const messageOf = ({ submission }: Asked) => submission.message;

function isAccepted(end: Fate | TurnedAway = NO_FATE): boolean {
  return end.kind === 'published' || end.kind === 'queued';
}

/** Why a message goes no further; undefined where it was admitted. */
function turnedAway({ submission, admission }: Asked): TurnedAway | undefined {
  switch (admission.kind) {
    case 'admitted':
      return undefined;
    case 'replayed':
      return { kind: 'duplicate', receipt: toClient(admission.receipt, submission.message.id) };
    case 'conflict':
      return { kind: 'conflict' };
    case 'in-flight':
      return { kind: 'in-flight' };
    case 'limited':
      return { kind: 'limited', retryInMs: admission.retryInMs };
  }
}
