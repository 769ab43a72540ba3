import { expect, test } from 'bun:test';
import { Spillway } from '../../src/entry/cloudflare-object.ts';

const blockConcurrencyWhile = (work: () => Promise<void>) => work();

/** An object's storage, as far as its alarm goes. */
function fakeState(alarm: number | null) {
  const storage = {
    alarm,
    getAlarm: () => Promise.resolve(storage.alarm),
    setAlarm: (at: number) => Promise.resolve(void (storage.alarm = at)),
    deleteAlarm: () => Promise.resolve(void (storage.alarm = null)),
  };
  return { storage, waitUntil() {}, blockConcurrencyWhile };
}

test('an alarm that goes off under wrong settings goes off again: they may be mended, and messages wait', async () => {
  const state = fakeState(1);
  // The rest of the storage is asked for by a service alone, and there is none.
  const object = new Spillway(state as never, { KAFKA_BREAKER_FAIL_MAX: 'many' });
  await object.alarm();
  expect(state.storage.alarm).toBeGreaterThan(Date.now());
});

test('settings that have no use in an object are refused, and named', async () => {
  const said: unknown[] = [];
  const error = console.error;
  console.error = (text: unknown) => said.push(text);
  const bindings = { KAFKA_BROKERS: 'a:1', CIRCUIT_SHARING: 'on', EMBEDDED: 'redis' };
  const response = await new Spillway(fakeState(null) as never, bindings).fetch(new Request('http://a/'));
  console.error = error;
  expect(response.status).toBe(503);
  expect(said.join()).toContain('CIRCUIT_SHARING has no use here');
  expect(said.join()).toContain('EMBEDDED has no use here');
});
