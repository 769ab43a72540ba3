import { describe, expect, test } from 'bun:test';
import { after, lost, problem, type Script, scriptedService, silent, status } from './scripted-service.ts';

const times = (script: Script, options = {}) => {
  const { client, seen, done } = scriptedService(script, options);
  return done(client.send({ id: 'a', value: 1 })).then(() => seen.map(({ at }) => at));
};

describe('the wait before the next attempt', () => {
  test('is random below a ceiling that doubles from 100 ms to 5 s', async () => {
    const failures = Array.from({ length: 8 }, () => status(503));
    const at = await times(after(...failures));
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 2500, 2500]);
    expect(await times(after(...failures), { random: () => 0 })).toEqual(Array(9).fill(0));
  });

  test('is what Retry-After says in seconds, and the jitter', async () => {
    expect(
      await times(after(status(503, { 'Retry-After': '7' }), status(429, { 'Retry-After': '0' }))),
    ).toEqual([0, 7050, 7150]);
  });

  test('lasts until the date that Retry-After gives', async () => {
    // The wall clock of the test stands at a whole second.
    const date = new Date(1_764_671_400_000 + 4000).toUTCString();
    expect(await times(after(status(503, { 'Retry-After': date })))).toEqual([0, 4050]);
    expect(await times(after(status(503, { 'Retry-After': 'Tue, 01 Dec 2020 00:00:00 GMT' })))).toEqual([
      0, 50,
    ]);
  });
});

describe('a message that is not accepted in time', () => {
  test('is unavailable after 30 s, with its id and what the service said last', async () => {
    const { client, clock, seen, done } = scriptedService(status(503, { 'Retry-After': '1' }));
    const outcome = await done(client.send({ id: 'a', value: 1 }));
    expect(outcome).toEqual({
      kind: 'unavailable',
      id: 'a',
      reason: 'Says why',
      problem: problem(503),
      retryAfterMs: 1000,
    });
    expect(clock.now()).toBeLessThanOrEqual(30_000);
    expect(seen.at(-1)?.at).toBeGreaterThan(20_000);
  });

  test('is unavailable at once where Retry-After asks for more than is left', async () => {
    const { client, seen, done } = scriptedService(status(429, { 'Retry-After': '60' }));
    expect(await done(client.send({ value: 1 }))).toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 60_000,
    });
    expect(seen).toHaveLength(1);
  });

  test('is tried for as long as timeLimitMs says, and tells the error of the network', async () => {
    const { client, clock, done } = scriptedService(lost, { timeLimitMs: 1000 });
    const outcome = await done(client.send({ value: 1 }));
    expect(outcome).toMatchObject({ kind: 'unavailable', cause: new TypeError('fetch failed') });
    expect(clock.now()).toBeLessThanOrEqual(1000);
  });

  test('is sent again when a request was not answered for 10 s, and given up in time', async () => {
    const { client, clock, seen, done } = scriptedService(silent);
    expect(await done(client.send({ value: 1 }))).toMatchObject({ kind: 'unavailable' });
    expect(seen.map(({ at }) => at)).toEqual([0, 10_050, 20_150]);
    expect(clock.now()).toBe(30_000);
    expect(clock.timers).toBe(0);
  });

  test.each<[string, Script]>([
    ['while it waits', status(503)],
    ['while a request is on its way', silent],
  ])('is unavailable when the signal aborts %s', async (_, script) => {
    const end = new AbortController();
    const { client, clock, done } = scriptedService(script, { signal: end.signal, random: () => 0.99 });
    const sent = client.send({ value: 1 });
    await clock.advance(60);
    end.abort();
    expect(await done(sent)).toMatchObject({ kind: 'unavailable' });
    expect(await done(client.send({ value: 2 }))).toMatchObject({ kind: 'unavailable' });
    expect(clock.timers).toBe(0);
  });
});
