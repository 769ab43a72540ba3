import { type Decided, decideEach } from '../common/decide.ts';
import type { Clock } from '../ports/clock.ts';
import { fingerprintOf } from '../message/fingerprint.ts';
import { idKey } from '../message/id-key.ts';
import type { Message, Submission } from '../message/message.ts';
import type { Admission, Ask, Gate, Hold, Limit } from '../ports/gate.ts';
import type { KeptReceipt } from '../ports/receipts.ts';
import { inTime } from './deadline.ts';

/** What the gate said of one message, and the hold on its id, which has to be confirmed or released. */
export interface Asked {
  readonly submission: Submission;
  readonly admission: Admission | Conflict;
  readonly hold: Hold | undefined;
}

/** The id is that of an accepted message with other content. */
interface Conflict extends Pick<Admission, 'quota'> {
  readonly kind: 'conflict';
}

/** Asks the gate about all submissions at once, and answers for each, in order. Never throws. */
export type Admit = (submissions: readonly Submission[]) => readonly Asked[] | Promise<readonly Asked[]>;

export interface AdmissionDeps {
  readonly gate: Gate;
  readonly clock: Clock;
  /** Of clients without one of their own. Undefined: they may send as much as they like. */
  readonly limit: Limit | undefined;
  /** How long an id is held, longer than any message is on its way. Undefined: ids are not looked at. */
  readonly holdMs: number | undefined;
  /** The receipt that is still on its way to the store, by `idKey`. */
  waitingReceipt: (key: string) => KeptReceipt | undefined;
  /** Counts messages that passed without an answer of the gate. */
  onBypass: (count: number) => void;
}

/**
 * Asks the gate on behalf of messages: about the limit for each, and about the id where the client
 * chose it. A message with neither passes without a call; without an answer in time, all pass.
 */
export function createAdmit(deps: AdmissionDeps): Admit {
  return (submissions) => {
    const asks = submissions.map((submission) => toAsk(submission, deps));
    const admissions = decideEach(
      asks,
      ({ limit, hold }) => (limit || hold ? undefined : ADMITTED),
      (open) => askGate(open, deps),
    );
    const answer = (known: Decided<Admission>) =>
      asks.map((ask, index) => toAsked(ask, known[index] ?? ADMITTED));
    return admissions instanceof Promise ? admissions.then(answer) : answer(admissions);
  };
}

const ADMITTED: Admission = { kind: 'admitted' };

interface AskOrKnown extends Ask {
  readonly submission: Submission;
  /** Of an earlier message with the id, still on its way to the store: the gate need not be asked for it. */
  readonly receipt: KeptReceipt | undefined;
}

function toAsk(submission: Submission, { limit, holdMs, waitingReceipt }: AdmissionDeps): AskOrKnown {
  const { message, hasClientId, client } = submission;
  const own = submission.limit ?? limit;
  const id = hasClientId && holdMs !== undefined ? idKey(message) : undefined;
  const receipt = id === undefined ? undefined : waitingReceipt(id);
  return {
    submission,
    limit: own && { ...own, client },
    hold:
      id === undefined || holdMs === undefined || receipt
        ? undefined
        : { id, nonce: crypto.randomUUID(), ms: holdMs },
    receipt,
  };
}

function toAsked({ submission, receipt, hold }: AskOrKnown, admission: Admission): Asked {
  const answer = (known: Asked['admission']): Asked => ({ submission, admission: known, hold: undefined });
  const { quota } = admission;
  const earlier = admission.kind === 'replayed' ? admission.receipt : receipt;
  if (earlier && admission.kind !== 'limited')
    return answer(
      isOf(earlier, submission.message)
        ? { kind: 'replayed', receipt: earlier, quota }
        : { kind: 'conflict', quota },
    );
  if (admission.kind !== 'admitted') return answer(admission);
  // Without an answer the id may be held all the same: the nonce is ours.
  return { submission, admission, hold };
}

function isOf({ fingerprint }: KeptReceipt, message: Message): boolean {
  return fingerprint === undefined || fingerprint === fingerprintOf(message);
}

async function askGate(
  asks: readonly Ask[],
  { gate, clock, onBypass }: AdmissionDeps,
): Promise<readonly Admission[]> {
  const reply = await inTime(gate.admit(asks.map(({ limit, hold }) => ({ limit, hold }))), clock);
  if (reply?.kind === 'done') return reply.value;
  onBypass(asks.length);
  return [];
}
