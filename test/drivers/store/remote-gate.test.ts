import { expect, test } from 'bun:test';
import type { Attempt } from '../../../src/drivers/store/attempt.ts';
import { RemoteGate } from '../../../src/drivers/store/remote-gate.ts';
import { RemoteReceipts } from '../../../src/drivers/store/remote-receipts.ts';

/** A Redis that never answers, and keeps what was sent until then. */
function silentRedis() {
  const sent: string[] = [];
  const attempt: Attempt = (verb) => {
    void verb((command) => {
      sent.push(command);
      return new Promise(() => {});
    });
    return new Promise(() => {});
  };
  return { sent, attempt };
}

const ask = (id: string) => ({
  limit: { client: 'c', max: 1, windowMs: 1000 },
  hold: { id, nonce: 'n', ms: 1000 },
});

test('all that is asked is sent before the first answer: one round trip', () => {
  const { sent, attempt } = silentRedis();
  const gate = new RemoteGate(attempt);
  void gate.admit([ask('a'), ask('b')]);
  void gate.admit([ask('c')]);
  expect(sent).toEqual(Array.from({ length: 6 }, () => 'EVALSHA'));
});

test('all receipts are sent before the first answer', () => {
  const { sent, attempt } = silentRedis();
  const published = { id: 'a', status: 'published', topic: 't', partition: 0, offset: '0' } as const;
  void new RemoteReceipts(attempt).save([published, { id: 'b', status: 'queued', topic: 't' }, published], 1);
  expect(sent).toEqual(['SET', 'EVALSHA', 'SET']);
});
