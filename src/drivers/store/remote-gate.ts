import type { Admission, Ask, Gate, Hold } from '../../ports/gate.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import type { Gathering } from './gathering.ts';
import { judgeMark, toMark } from './mark.ts';
import { intervalUs, toQuota } from './quota.ts';
import { ADMIT } from './scripts/admit.ts';
import { CLIENT_LIMIT, MESSAGE } from './scripts/keys.ts';
import { RELEASE } from './scripts/release.ts';
import { runScript, type Send } from './scripts/script.ts';
import { Turn } from './turn.ts';

/** Whether one script may touch all keys, or each has a slot of its own, as in a Redis Cluster. */
export type Slots = 'one' | 'many';

/** So many asks keep everyone else at the server waiting for about a millisecond. */
const MOST_TOGETHER = 128;

/** The gate in a Redis, whatever way its commands take: one script for all asks of a turn of the event loop. */
export class RemoteGate implements Gate {
  readonly #attempt: Attempt;
  readonly #slots: Slots;
  readonly #turn: Turn<Ask, StoreAnswer<Admission>>;

  constructor(attempt: Attempt, slots: Slots, gathering?: Gathering) {
    this.#attempt = attempt;
    this.#slots = slots;
    this.#turn = new Turn((asks) => this.#admit(asks), MOST_TOGETHER, gathering);
  }

  async admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    const replies = await Promise.all(
      asks.map((ask) => (ask.limit || ask.hold ? this.#turn.do(ask) : Promise.resolve(NOTHING_ASKED))),
    );
    const value: Admission[] = [];
    for (const reply of replies) {
      if (reply.kind !== 'done') return reply;
      value.push(reply.value);
    }
    return { kind: 'done', value, call: replies.at(-1)?.call };
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => {
      await Promise.all(
        holds.map(({ id, nonce }) => runScript(send, RELEASE, [MESSAGE + id], [toMark(nonce)])),
      );
    });
  }

  async #admit(asks: readonly Ask[]): Promise<readonly StoreAnswer<Admission>[]> {
    const reply = await this.#attempt(async (send) => {
      const found = await (this.#slots === 'one'
        ? askTogether(send, asks)
        : Promise.all(asks.map((ask) => askApart(send, ask))));
      return asks.map((ask, index) => this.#judge(ask, found[index] ?? NOTHING_FOUND));
    });
    const call = {};
    if (reply.kind === 'failed') return asks.map(() => ({ ...reply, call }));
    return reply.value.map((value) => ({ kind: 'done', value, call }));
  }

  #judge(ask: Ask, [ahead, found]: Found): Admission {
    const admission = toAdmission(ask, ahead, found);
    // Apart, the id was marked before it was known that the client is limited. Nobody waits for this.
    if (this.#slots === 'many' && admission.kind === 'limited' && ask.hold && found === null)
      void this.release([ask.hold]);
    return admission;
  }
}

/** Whoever asks is not refused here: that is the circuit's. */
type StoreAnswer<T> = Exclude<StoreReply<T>, { kind: 'refused' }>;

/** What the script says of one ask: how far ahead its client is, and the mark that the id had. */
type Found = readonly [ahead: number, mark: string | null];

const NOTHING_ASKED: StoreAnswer<Admission> = { kind: 'done', value: { kind: 'admitted' } };

const NOTHING_FOUND: Found = [0, null];

async function askTogether(send: Send, asks: readonly Ask[]): Promise<readonly Found[]> {
  const keys: string[] = [];
  const args: (string | number)[] = [];
  for (const { limit, hold } of asks) {
    args.push(limit && hold ? 'b' : limit ? 'l' : 'h');
    if (limit) {
      keys.push(CLIENT_LIMIT + limit.client);
      args.push(intervalUs(limit), limit.max);
    }
    if (hold) {
      keys.push(MESSAGE + hold.id);
      args.push(toMark(hold.nonce), hold.ms);
    }
  }
  const reply = (await runScript(send, ADMIT, keys, args)) as (number | string | null)[];
  return asks.map((_, index) => [Number(reply[2 * index]), reply[2 * index + 1] as string | null]);
}

/** The limit and the id stand in different slots; both are sent before the first answer is there. */
async function askApart(send: Send, { limit, hold }: Ask): Promise<Found> {
  const [[limited = NOTHING_FOUND], [held = NOTHING_FOUND]] = await Promise.all([
    limit ? askTogether(send, [{ limit }]) : [],
    hold ? askTogether(send, [{ hold }]) : [],
  ]);
  return [limited[0], held[1]];
}

function toAdmission({ limit, hold }: Ask, ahead: number, found: string | null): Admission {
  const admission: Admission = limit ? toQuota(limit, ahead) : { kind: 'admitted' };
  if (admission.kind === 'limited' || !hold || found === null || found === toMark(hold.nonce))
    return admission;
  return { ...judgeMark(found), quota: admission.quota };
}
