import type { KeptReceipt, Receipts } from '../../../../ports/receipts.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from './attempt.ts';
import { toReceipt } from '../../id-record.ts';
import { MESSAGE } from '../scripts/keys.ts';
import { SAVE_QUEUED } from '../scripts/save-queued.ts';
import { runScript } from '../scripts/script.ts';

/** Receipts in Redis, a key with a TTL for each id. The commands of a call are pipelined. */
export class RedisReceipts implements Receipts {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  save(receipts: readonly KeptReceipt[], ttlMs: number): Promise<StoreReply<void>> {
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

  read(id: string): Promise<StoreReply<KeptReceipt | undefined>> {
    return this.#attempt(async (send) => {
      const record = await send('GET', MESSAGE + id);
      return typeof record === 'string' ? toReceipt(record) : undefined;
    });
  }
}
