import type { Admission, Ask, Gate, Hold } from '../../../../ports/gate.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { type ScheduleFlush, Batcher } from './batcher.ts';
import { judgeIdRecord, toIdRecord } from '../../id-record.ts';
import { intervalUs, toQuota } from '../../quota.ts';
import { ADMIT } from '../scripts/admit.ts';
import { CLIENT_LIMIT, MESSAGE } from '../scripts/keys.ts';
import { RELEASE } from '../scripts/release.ts';
import { runScript, type Send } from '../scripts/script.ts';

/** Key placement: one script may touch all keys, or each key has a hash slot of its own (Redis Cluster). */
export type KeySlots = 'one' | 'many';

/** Asks in one run of the script. This number blocks the server for about a millisecond. */
const MOST_TOGETHER = 128;

/**
 * Admission gate in Redis: GCRA rate limit and idempotency holds. One run of a script serves all asks of a
 * turn of the event loop.
 */
export class RedisGate implements Gate {
  readonly #attempt: Attempt;
  readonly #slots: KeySlots;
  readonly #batcher: Batcher<Ask, StoreAnswer<Admission>>;

  constructor(attempt: Attempt, slots: KeySlots, scheduleFlush?: ScheduleFlush) {
    this.#attempt = attempt;
    this.#slots = slots;
    this.#batcher = new Batcher((asks) => this.#admit(asks), MOST_TOGETHER, scheduleFlush);
  }

  async admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    const replies = await Promise.all(
      asks.map((ask) => (ask.limit || ask.hold ? this.#batcher.do(ask) : Promise.resolve(NOTHING_ASKED))),
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
        holds.map(({ id, nonce }) => runScript(send, RELEASE, [MESSAGE + id], [toIdRecord(nonce)])),
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
    // In different slots the hold is taken before the limit is known. Its release is not awaited.
    if (this.#slots === 'many' && admission.kind === 'limited' && ask.hold && found === null)
      void this.release([ask.hold]);
    return admission;
  }
}

/** A reply without `refused`, which is the circuit's alone. */
type StoreAnswer<T> = Exclude<StoreReply<T>, { kind: 'refused' }>;

/**
 * Reply of the script for one ask: how far ahead the client is, in microseconds, and the record found for the
 * id.
 */
type Found = readonly [ahead: number, record: string | null];

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
      args.push(toIdRecord(hold.nonce), hold.ms);
    }
  }
  const reply = (await runScript(send, ADMIT, keys, args)) as (number | string | null)[];
  return asks.map((_, index) => [Number(reply[2 * index]), reply[2 * index + 1] as string | null]);
}

/** For keys in different slots: limit and hold in two concurrent commands. */
async function askApart(send: Send, { limit, hold }: Ask): Promise<Found> {
  const [[limited = NOTHING_FOUND], [held = NOTHING_FOUND]] = await Promise.all([
    limit ? askTogether(send, [{ limit }]) : [],
    hold ? askTogether(send, [{ hold }]) : [],
  ]);
  return [limited[0], held[1]];
}

function toAdmission({ limit, hold }: Ask, ahead: number, found: string | null): Admission {
  const admission: Admission = limit ? toQuota(limit, ahead) : { kind: 'admitted' };
  if (admission.kind === 'limited' || !hold || found === null || found === toIdRecord(hold.nonce))
    return admission;
  return { ...judgeIdRecord(found), quota: admission.quota };
}
