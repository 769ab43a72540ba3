import type { Clock } from '../ports/clock.ts';
import type { Admission, Ask, Gate, Hold, Limit } from '../ports/gate.ts';
import type { Receipt } from '../ports/receipts.ts';
import { inTime } from './deadline.ts';
import type { Submission } from './message.ts';

/** What the gate said of one message, and the hold on its id that has to be confirmed or released. */
export interface Entry {
  readonly admission: Admission;
  readonly hold: Hold | undefined;
}

/** Asks for all of them at once, and answers one entry for each, in order. Never throws. */
export type Admit = (submissions: readonly Submission[]) => Promise<Entry[]>;

export interface AdmissionDeps {
  readonly gate: Gate;
  readonly clock: Clock;
  /** Undefined: clients may send as much as they like. */
  readonly limit: Limit | undefined;
  /** Longer than any message is on its way. Undefined: ids are not looked at. */
  readonly holdMs: number | undefined;
  /** The receipt that is still on its way to the store. */
  waitingReceipt: (id: string) => Receipt | undefined;
  /** So many messages were let in without an answer of the gate. */
  onBypass: (count: number) => void;
}

/**
 * Asks the gate on behalf of messages: about the limit for each, and about the id where the client
 * has chosen it. Where there is nothing to ask, nobody is asked; where there is no answer in time,
 * all are let in.
 */
export function createAdmit(deps: AdmissionDeps): Admit {
  return async (submissions) => {
    const asks = submissions.map((submission) => toAsk(submission, deps));
    const asked = asks.filter(({ limit, hold }) => limit ?? hold);
    const answers = (await askGate(asked, deps)).values();
    return asks.map(({ limit, hold, receipt }) => {
      const answer = limit || hold ? answers.next().value : undefined;
      const admission = answer ?? ADMITTED;
      if (admission.kind !== 'admitted') return { admission, hold: undefined };
      if (receipt) return { admission: { ...admission, kind: 'replayed', receipt }, hold: undefined };
      // Without an answer the id may be held all the same: the nonce is ours.
      return { admission, hold };
    });
  };
}

const ADMITTED: Admission = { kind: 'admitted' };

interface AskOrKnown extends Ask {
  readonly receipt: Receipt | undefined;
}

function toAsk({ message: { id }, named, client }: Submission, deps: AdmissionDeps): AskOrKnown {
  const { limit, holdMs, waitingReceipt } = deps;
  const ms = named ? holdMs : undefined;
  const receipt = ms === undefined ? undefined : waitingReceipt(id);
  return {
    limit: limit && { ...limit, client },
    hold: ms === undefined || receipt ? undefined : { id, nonce: crypto.randomUUID(), ms },
    receipt,
  };
}

async function askGate(
  asks: readonly Ask[],
  { gate, clock, onBypass }: AdmissionDeps,
): Promise<readonly Admission[]> {
  if (asks.length === 0) return [];
  const reply = await inTime(gate.admit(asks), clock);
  if (reply?.kind === 'done') return reply.value;
  onBypass(asks.length);
  return [];
}
