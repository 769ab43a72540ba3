import type { Receipt, Receipts } from '../../ports/receipts.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { toReceipt } from './mark.ts';
import { MESSAGE } from './scripts/keys.ts';
import { SAVE_QUEUED } from './scripts/save-queued.ts';
import { runScript } from './scripts/script.ts';

/** The receipts in a Redis, whatever way its commands take: a key each, all sent at once. */
export class RemoteReceipts implements Receipts {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  save(receipts: readonly Receipt[], ttlMs: number): Promise<StoreReply<void>> {
    return this.#attempt(async (send) => {
      const commands = receipts.map((receipt) => {
        const key = MESSAGE + receipt.id;
        const text = JSON.stringify(receipt);
        return receipt.status === 'queued'
          ? runScript(send, SAVE_QUEUED, [key], [text, ttlMs])
          : send('SET', key, text, 'PX', ttlMs);
      });
      await Promise.all(commands);
    });
  }

  read(id: string): Promise<StoreReply<Receipt | undefined>> {
    return this.#attempt(async (send) => {
      const mark = await send('GET', MESSAGE + id);
      return typeof mark === 'string' ? toReceipt(mark) : undefined;
    });
  }
}
