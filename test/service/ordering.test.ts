import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import type { ClaimRequest } from '../../src/ports/fallback-list.ts';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

function setup(variables: Record<string, string> = {}) {
  const service = fakeService({ ORDERING: 'key', ...variables });
  const send = async (key: string, value: number) => {
    const response = await service.post(JSON.stringify({ key, value }));
    return [response.status, response.headers.get('X-Fallback-Mode')];
  };
  const metric = async (name: string) => {
    const text = await (await service.request('/metrics')).text();
    return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  };
  return { ...service, send, metric };
}

describe('ORDERING=key', () => {
  test('a message behind parked ones of its key is queued while Kafka works, until they are drained', async () => {
    const { publisher, send, metric, startBackfill, clock, finish } = setup();
    publisher.answer = () => KAFKA_DOWN;
    expect(await send('a', 1)).toEqual([202, 'true']);
    publisher.answer = () => PUBLISHED;
    expect(await send('a', 2)).toEqual([202, 'true']);
    expect(await send('b', 1)).toEqual([202, null]);
    expect(await metric('spillway_order_behind_total')).toBe(1);
    startBackfill();
    await clock.advance(1000);
    expect(await send('a', 3)).toEqual([202, null]);
    const values = publisher.calls.flat().filter(({ key }) => key === 'a');
    expect(values.map(({ value }) => value)).toEqual(['1', '1', '2', '3']);
    await finish();
  });

  test('with the store away messages reach Kafka, and are counted', async () => {
    const { store, send, metric } = setup();
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await send('a', 1)).toEqual([202, null]);
    expect(await metric('spillway_order_unknown_total')).toBe(1);
  });

  test('a dead letter that operators put back holds its key again', async () => {
    const { store, request, send } = setup({ ADMIN_TOKEN: 'token' });
    const entry = toEntry(aMessage({ key: 'a' }));
    store.contents.bury({ entry, reason: 'Bad', attempts: 1, at: 0 });
    expect(await send('a', 1)).toEqual([202, null]);
    const headers = { Authorization: 'Bearer token' };
    await request('/admin/dead-letters?all=true', { method: 'POST', headers });
    expect(await send('a', 2)).toEqual([202, 'true']);
  });
});

test('without it the store is asked nothing more, and nothing holds a key', async () => {
  const { store, publisher, startBackfill, clock, send, finish } = setup({ ORDERING: 'none' });
  const claims: ClaimRequest[] = [];
  const keys: unknown[] = [];
  const [claim, park] = [store.list.claim.bind(store.list), store.list.park.bind(store.list)];
  store.list.parkedKeys = () => Promise.reject(new Error('Asked'));
  store.list.claim = (request) => {
    claims.push(request);
    return claim(request);
  };
  store.list.park = (entries, bounds, orderKeys) => {
    keys.push(orderKeys);
    return park(entries, bounds);
  };
  publisher.answer = () => KAFKA_DOWN;
  expect(await send('a', 1)).toEqual([202, 'true']);
  publisher.answer = () => PUBLISHED;
  expect(await send('a', 2)).toEqual([202, null]);
  startBackfill();
  await clock.advance(1000);
  expect(keys).toEqual([undefined]);
  expect(claims.some(({ exclusive }) => exclusive)).toBe(false);
  expect(store.settled).toEqual([[{ kind: 'done' }]]);
  await finish();
});
