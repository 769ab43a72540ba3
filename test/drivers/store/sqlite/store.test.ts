import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqlRow, SqlValue } from '../../../../src/drivers/database.ts';
import { openDatabase } from '../../../../src/drivers/sqlite.ts';
import { SqliteStore } from '../../../../src/drivers/store/sqlite/store.ts';
import { LIST_SCHEMA } from '../../../../src/drivers/store/sqlite/list.ts';
import { storeContract } from '../../../contracts/store.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { IN_MEMORY, tempDir } from '../../../support/process/temp-dir.ts';

const FILE = 'fallback.db';

function open() {
  const clock = new FakeClock();
  const directory = tempDir(IN_MEMORY);
  const store = new SqliteStore(openDatabase(directory.path, FILE), clock);
  const close = async () => {
    await store.close();
    directory.remove();
  };
  const wait = (ms: number) => clock.advance(ms);
  const setBack = (ms: number) => Promise.resolve(clock.setBack(ms));
  return Promise.resolve({ store, directory, wait, skip: wait, setBack, close });
}

storeContract('store/embedded', open);

test('two processes share one file, and none claims what the other holds', async () => {
  const { store, directory, close } = await open();
  const other = new SqliteStore(openDatabase(directory.path, FILE), new FakeClock());
  const request = { maxCount: 1, maxBytes: 100, leaseMs: 1000 };
  await store.list.park(['1', '2']);
  expect(await store.list.claim({ ...request, batch: 'a' })).toEqual({ kind: 'done', value: ['1'] });
  expect(await other.list.claim({ ...request, batch: 'b' })).toEqual({ kind: 'done', value: ['2'] });
  await other.close();
  await close();
});

test('a closed store fails, and throws nothing', async () => {
  const { store, directory } = await open();
  await store.close();
  expect((await store.list.park(['1'])).kind).toBe('failed');
  expect((await store.probe()).kind).toBe('down');
  directory.remove();
});

test('a loop of claims lets others run in between', async () => {
  const { store, close } = await open();
  let others = false;
  setImmediate(() => (others = true));
  await store.list.claim({ batch: 'a', maxCount: 1, maxBytes: 100, leaseMs: 1000 });
  expect(others).toBe(true);
  await close();
});

test('a claim reads the entries that it answers, and no other', async () => {
  const directory = tempDir(IN_MEMORY);
  const database = openDatabase(directory.path, FILE);
  const store = new SqliteStore(database, new FakeClock());
  await store.list.park(Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(1000)));
  const read: SqlValue[] = [];
  const all = database.all.bind(database);
  database.all = (sql, ...values): SqlRow[] => {
    const rows = all(sql, ...values);
    for (const { entry } of rows) if (entry !== undefined) read.push(entry);
    return rows;
  };
  const reply = await store.list.claim({ batch: 'a', maxCount: 50, maxBytes: 3500, leaseMs: 1000 });
  expect(reply).toEqual({ kind: 'done', value: ['0', '1', '2'].map((entry) => entry.padEnd(1000)) });
  expect(read).toHaveLength(3);
  await store.close();
  directory.remove();
});

test('an opening reads no entry of a list that it finds', async () => {
  const { store, directory, close } = await open();
  await store.list.park(['1', '2', '3']);
  const file = new DatabaseSync(join(directory.path, FILE));
  let measured = 0;
  for (const measure of ['length', 'octet_length'])
    file.function(measure, { varargs: true }, () => ++measured);
  file.exec(LIST_SCHEMA);
  expect(measured).toBe(0);
  file.exec('DELETE FROM size');
  file.exec(LIST_SCHEMA);
  expect(measured).toBe(3);
  file.close();
  await close();
});

const LARGE = 400_000;

/** A store whose dead letters are large, and how many letters each transaction has moved. */
async function openWithLetters(count: number) {
  const directory = tempDir();
  const database = openDatabase(directory.path, FILE);
  const store = new SqliteStore(database, new FakeClock());
  const entries = Array.from({ length: count }, (_, index) => String(index).padEnd(LARGE));
  for (const entry of entries)
    database.run('INSERT INTO dead_letters (entry, reason, attempts, at) VALUES (?, ?, 1, 1)', entry, 'Bad');
  const left = () => Number(database.get('SELECT count(*) AS count FROM dead_letters')?.['count']);
  const moved: number[] = [];
  const state = { failsAfter: Infinity };
  const transaction = database.transaction.bind(database);
  database.transaction = (work) => {
    if (state.failsAfter-- <= 0) throw new Error('Disk full');
    const before = left();
    const result = transaction(work);
    moved.push(before - left());
    return result;
  };
  const close = async () => {
    await store.close();
    directory.remove();
  };
  return { store, entries, moved, state, left, close };
}

test.each(['requeue', 'discard'] as const)('a %s moves a bounded number of bytes at a time', async (verb) => {
  const { store, moved, close } = await openWithLetters(9);
  let [turns, goesOn] = [0, true];
  const count = () => {
    turns++;
    if (goesOn) setImmediate(count);
  };
  count();
  expect(await store.list[verb]('all')).toEqual({ kind: 'done', value: 9 });
  goesOn = false;
  expect(Math.max(...moved)).toBeLessThanOrEqual(2);
  expect(turns).toBeGreaterThan(3);
  await close();
});

test('a requeue that fails in between says how far it came, and goes on with the rest', async () => {
  const { store, entries, state, left, close } = await openWithLetters(9);
  state.failsAfter = 3;
  expect(await store.list.requeue('all')).toMatchObject({ kind: 'failed', doneBefore: 4 });
  state.failsAfter = Infinity;
  expect(left()).toBe(5);
  expect(await store.list.requeue('all')).toEqual({ kind: 'done', value: 5 });
  const claim = await store.list.claim({ batch: 'a', maxCount: 20, maxBytes: 1e9, leaseMs: 1000 });
  expect(claim).toEqual({ kind: 'done', value: entries });
  await close();
});

test('a message that is let in deletes a few expired ids, and in time all are deleted', async () => {
  const directory = tempDir();
  const clock = new FakeClock();
  const database = openDatabase(directory.path, FILE);
  const store = new SqliteStore(database, clock);
  const admit = (id: string) => store.gate.admit([{ hold: { id, nonce: 'n', ms: 1000 } }]);
  for (let index = 0; index < 100; index++) await admit(`old-${index}`);
  await clock.advance(2000);
  const rows = () => Number(database.get('SELECT count(*) AS count FROM marks')?.['count']);
  await admit('new-0');
  expect(rows()).toBeGreaterThan(70);
  for (let index = 1; index < 10; index++) await admit(`new-${index}`);
  expect(rows()).toBe(10);
  await store.close();
  directory.remove();
});
