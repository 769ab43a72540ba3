import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqlRow, SqlValue } from '../../../src/drivers/database.ts';
import { openDatabase } from '../../../src/drivers/sqlite.ts';
import { EmbeddedStore } from '../../../src/drivers/store/embedded.ts';
import { LIST_SCHEMA } from '../../../src/drivers/store/embedded-list.ts';
import { storeContract } from '../../contracts/store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const FILE = 'fallback.db';

function open() {
  const clock = new FakeClock();
  const directory = tempDir();
  const store = new EmbeddedStore(openDatabase(directory.path, FILE), clock);
  const close = async () => {
    await store.close();
    directory.remove();
  };
  return Promise.resolve({ store, directory, wait: (ms: number) => clock.advance(ms), close });
}

storeContract('store/embedded', open);

test('two processes share one file, and none claims what the other holds', async () => {
  const { store, directory, close } = await open();
  const other = new EmbeddedStore(openDatabase(directory.path, FILE), new FakeClock());
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
  const directory = tempDir();
  const database = openDatabase(directory.path, FILE);
  const store = new EmbeddedStore(database, new FakeClock());
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
