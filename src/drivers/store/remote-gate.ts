import type { Admission, Ask, Gate, Hold } from '../../ports/gate.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { judgeMark, toMark } from './mark.ts';
import { intervalUs, toQuota } from './quota.ts';
import { HOLD } from './scripts/hold.ts';
import { CLIENT_LIMIT, MESSAGE } from './scripts/keys.ts';
import { LIMIT } from './scripts/limit.ts';
import { RELEASE } from './scripts/release.ts';
import { runScript, type Send } from './scripts/script.ts';

/**
 * The gate in a Redis, whatever way its commands take. A client's limit and a message's id stand in
 * different slots of a cluster, so each is a command of its own; all are sent before the first
 * answer is there, which makes them one round trip where the way there pipelines.
 */
export class RemoteGate implements Gate {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>> {
    return this.#attempt((send) => Promise.all(asks.map((ask) => this.#ask(send, ask))));
  }

  release(holds: readonly Hold[]): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => {
      await Promise.all(
        holds.map(({ id, nonce }) => runScript(send, RELEASE, [MESSAGE + id], [toMark(nonce)])),
      );
    });
  }

  async #ask(send: Send, { limit, hold }: Ask): Promise<Admission> {
    const [rate, found] = await Promise.all([
      limit && runScript(send, LIMIT, [CLIENT_LIMIT + limit.client], [intervalUs(limit), limit.max]),
      hold && runScript(send, HOLD, [MESSAGE + hold.id], [toMark(hold.nonce), hold.ms]),
    ]);
    let admission: Admission = { kind: 'admitted' };
    if (limit) {
      const [allowed, ahead] = rate as [number, number];
      admission = toQuota(limit, allowed === 1, ahead);
    }
    if (admission.kind === 'limited') {
      // Nobody waits for this: if it gets lost, the hold ends by itself.
      if (hold && typeof found !== 'string') void this.release([hold]);
      return admission;
    }
    return typeof found === 'string' ? { ...judgeMark(found), quota: admission.quota } : admission;
  }
}
