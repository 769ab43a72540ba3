import { describe, expect, test } from 'bun:test';
import { after, lost, type Script, scriptedService, status } from './scripted-service.ts';

const receipt = (script: Script) => {
  const { client, seen, done } = scriptedService(script);
  return done(client.receipt('a b')).then((outcome) => ({ outcome, seen }));
};

describe('a receipt', () => {
  test('is asked for again while it cannot be read', async () => {
    const { outcome, seen } = await receipt(
      after(lost, status(503), () => Response.json({ id: 'a b', status: 'queued', topic: 'messages' })),
    );
    expect(outcome).toEqual({ kind: 'queued', id: 'a b', topic: 'messages' });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(3).fill('GET http://spillway.example/v1/messages/a%20b'),
    );
  });

  test('that cannot be read in the end says so, and does not look like one that is missing', async () => {
    expect((await receipt(status(503))).outcome).toMatchObject({ kind: 'unavailable', id: 'a b' });
    expect((await receipt(status(401))).outcome).toMatchObject({
      kind: 'rejected',
      problem: { status: 401 },
    });
    expect((await receipt(status(404))).outcome).toBeUndefined();
  });
});
