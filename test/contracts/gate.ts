import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Ask } from '../../src/ports/gate.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

const TTL_MS = 60_000;
const QUEUED: Receipt = { id: 'a', status: 'queued', topic: 't' };
const PUBLISHED: Receipt = {
  id: 'a',
  status: 'published',
  topic: 't',
  partition: 3,
  offset: '9007199254740993',
};
const DEAD: Receipt = { id: 'a', status: 'dead', topic: 't', reason: 'Too "large" ü' };

const hold = (nonce: string, { id = 'a', ms = 5000 } = {}): Ask => ({ hold: { id, nonce, ms } });
const limit = (max: number, windowMs = 60_000, client = '192.0.2.1'): Ask => ({
  limit: { client, max, windowMs },
});

/** What the gate and the receipts of every store promise. */
export function gateContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of gate and receipts:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const admit = async (...asks: Ask[]) => value(await it.store.gate.admit(asks));
    const kinds = async (...asks: Ask[]) => (await admit(...asks)).map(({ kind }) => kind);
    const release = async (nonce: string) => value(await it.store.gate.release([{ id: 'a', nonce }]));
    const save = async (...receipts: Receipt[]) => value(await it.store.receipts.save(receipts, TTL_MS));
    const read = async (id: string) => value(await it.store.receipts.read(id));

    test('an id is held by one at a time, and others are told that it is on its way', async () => {
      expect(await admit(hold('1'))).toEqual([{ kind: 'admitted' }]);
      expect(await admit(hold('2'))).toEqual([{ kind: 'in-flight' }]);
      expect(await kinds(hold('3'), hold('4', { id: 'b' }), hold('5', { id: 'b' }))).toEqual([
        'in-flight',
        'admitted',
        'in-flight',
      ]);
    });

    test('of many at once with the same id one is admitted', async () => {
      const asks = Array.from({ length: 50 }, (_, index) => admit(hold(String(index))));
      const admissions = (await Promise.all(asks)).flat();
      expect(admissions.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
    });

    test('who asks again with the same nonce, after a lost answer, is admitted', async () => {
      await admit(hold('1'));
      expect(await kinds(hold('1'), hold('2'))).toEqual(['admitted', 'in-flight']);
    });

    test('a released id is free, and nobody releases the hold of another', async () => {
      await admit(hold('1'));
      await release('2');
      expect(await kinds(hold('3'))).toEqual(['in-flight']);
      await release('1');
      expect(await kinds(hold('3'))).toEqual(['admitted']);
    });

    test('a hold ends by itself', async () => {
      await admit(hold('1', { ms: 200 }));
      await it.wait(250);
      expect(await kinds(hold('2'))).toEqual(['admitted']);
    });

    test.each([QUEUED, PUBLISHED, DEAD])(
      'after a receipt the id is taken, and the receipt comes back: %j',
      async (receipt) => {
        await admit(hold('1'));
        await save(receipt);
        expect(await admit(hold('2'))).toEqual([{ kind: 'replayed', receipt }]);
        expect(await read('a')).toEqual(receipt);
      },
    );

    test('a receipt outlives the release of its hold', async () => {
      await admit(hold('1'));
      await save(QUEUED);
      await release('1');
      expect(await read('a')).toEqual(QUEUED);
    });

    test('an id that is on its way, or was never seen, has no receipt', async () => {
      await admit(hold('1'));
      expect(await read('a')).toBeUndefined();
      expect(await read('b')).toBeUndefined();
    });

    test.each([PUBLISHED, DEAD])('queued becomes %j, and a late queued changes nothing', async (receipt) => {
      await save(QUEUED);
      await save(receipt);
      await save(QUEUED);
      expect(await read('a')).toEqual(receipt);
    });

    test('many receipts are saved at once, whatever their ids look like', async () => {
      const ids = ['a b', 'ü😀', '{x}', '"status":"published"', 'a/b:c*'];
      await save(...ids.map((id): Receipt => ({ ...QUEUED, id })));
      await save(...ids.map((id): Receipt => ({ ...QUEUED, id, topic: 'later' })));
      for (const id of ids) expect(await read(id)).toEqual({ id, status: 'queued', topic: 'later' });
    });

    test('a receipt is forgotten after its time', async () => {
      await it.store.receipts.save([PUBLISHED, { ...QUEUED, id: 'b' }], 200);
      await it.wait(250);
      expect([await read('a'), await read('b')]).toEqual([undefined, undefined]);
      expect(await kinds(hold('1'))).toEqual(['admitted']);
    });

    test('a client gets its share at once, is told what is left, and then when to come again', async () => {
      const admissions = await admit(limit(3), limit(3), limit(3), limit(3));
      expect(admissions.map(({ kind, quota }) => [kind, quota?.left])).toEqual([
        ['admitted', 2],
        ['admitted', 1],
        ['admitted', 0],
        ['limited', 0],
      ]);
      for (const { quota } of admissions) expect(quota).toMatchObject({ max: 3, windowMs: 60_000 });
      const last = admissions[3];
      if (last?.kind !== 'limited') throw new Error('Not limited');
      expect(last.retryInMs).toBeWithin(19_000, 20_001);
      expect(last.quota?.resetInMs).toBeWithin(59_000, 60_001);
      expect(await kinds(limit(3, 60_000, '192.0.2.2'))).toEqual(['admitted']);
    });

    test('the share comes back at an even pace, and a limited message uses nothing of it', async () => {
      await admit(limit(2, 600), limit(2, 600));
      for (let count = 0; count < 5; count++) await admit(limit(2, 600));
      await it.wait(320);
      expect(await kinds(limit(2, 600), limit(2, 600))).toEqual(['admitted', 'limited']);
      await it.wait(650);
      expect(await kinds(limit(2, 600), limit(2, 600), limit(2, 600))).toEqual([
        'admitted',
        'admitted',
        'limited',
      ]);
    });

    test('of many at once no more than the limit are admitted', async () => {
      const admissions = (await Promise.all(Array.from({ length: 50 }, () => admit(limit(7))))).flat();
      expect(admissions.filter(({ kind }) => kind === 'admitted')).toHaveLength(7);
    });

    test('asks with different limits and times are answered in their order', async () => {
      const asks = [
        limit(1, 60_000, 'x'),
        hold('1'),
        limit(5, 1000, 'y'),
        limit(1, 60_000, 'x'),
        hold('2', { ms: 900 }),
      ];
      expect(await kinds(...asks)).toEqual(['admitted', 'admitted', 'admitted', 'limited', 'in-flight']);
    });

    test('limit and id are asked together, and who is limited holds nothing', async () => {
      const both = (nonce: string, id: string): Ask => ({ ...limit(2), ...hold(nonce, { id }) });
      await save(PUBLISHED);
      expect(await admit(both('1', 'a'))).toMatchObject([{ kind: 'replayed', quota: { left: 1 } }]);
      expect(await admit(both('2', 'b'))).toMatchObject([{ kind: 'admitted', quota: { left: 0 } }]);
      expect(await kinds(both('3', 'b'), both('4', 'c'))).toEqual(['limited', 'limited']);
      await it.wait(50);
      expect(await kinds(hold('5', { id: 'b' }), hold('6', { id: 'c' }))).toEqual(['in-flight', 'admitted']);
    });
  });
}
