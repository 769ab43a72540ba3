import { describe, expect, test } from 'bun:test';
import { fakeService } from '../../support/fakes/fake-service.ts';

const TOKEN = 'of-the-operators';
const PATH = '/admin/dead-letters';

function setup(variables: Record<string, string> = {}) {
  const service = fakeService({ ADMIN_TOKEN: TOKEN, ...variables });
  for (const id of ['1', '2', '3']) {
    service.store.contents.bury({ entry: `entry ${id}`, reason: 'Bad', attempts: 1, at: 1_764_671_400_000 });
  }
  const ask = async (method: string, path: string, token = `Bearer ${TOKEN}`) => {
    const headers: Record<string, string> = token ? { Authorization: token } : {};
    const response = await service.request(path, { method, headers });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };
  return { ...service, ask };
}

describe('/admin', () => {
  test('is not there without ADMIN_TOKEN', async () => {
    const { ask } = setup({ ADMIN_TOKEN: '' });
    expect((await ask('GET', PATH)).status).toBe(404);
    expect((await ask('GET', '/admin/fallback', '')).status).toBe(404);
  });

  test.each([
    ['', 401],
    ['Basic abc', 401],
    ['Bearer ', 401],
    ['Bearer wrong', 403],
    [`Bearer ${TOKEN}x`, 403],
    [`bearer ${TOKEN}`, 200],
  ])('answers Authorization "%s" with %i, and does nothing unless it is 200', async (token, status) => {
    const { ask, store } = setup();
    const answer = await ask('DELETE', `${PATH}?all=true`, token);
    expect(answer.status).toBe(status);
    expect(store.contents.dead).toHaveLength(status === 200 ? 0 : 3);
    if (status !== 200) expect(answer.body).toMatchObject({ status, requestId: expect.any(String) });
    if (status === 401) expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect((await ask('GET', '/admin/nothing', token)).status).toBe(status === 200 ? 404 : status);
  });

  test('lists dead letters page by page', async () => {
    const { ask } = setup();
    const first = await ask('GET', `${PATH}?limit=2`);
    expect(first.body).toEqual({
      deadLetters: ['1', '2'].map((id) => ({
        id,
        entry: `entry ${id}`,
        reason: 'Bad',
        attempts: 1,
        at: '2025-12-02T10:30:00.000Z',
      })),
      next: '2',
    });
    const second = await ask('GET', `${PATH}?limit=2&after=2`);
    expect(second.body).toMatchObject({ deadLetters: [{ id: '3' }], next: null });
  });

  test('requeues and deletes those that are named, or all', async () => {
    const { ask, store } = setup();
    expect((await ask('POST', `${PATH}?id=1&id=none`)).body).toEqual({ requeued: 1 });
    expect(store.contents.waiting).toEqual(['entry 1']);
    expect((await ask('DELETE', `${PATH}?id=3`)).body).toEqual({ deleted: 1 });
    expect((await ask('POST', `${PATH}?all=true`)).body).toEqual({ requeued: 1 });
    expect(store.contents.waiting).toEqual(['entry 1', 'entry 2']);
  });

  test.each([
    ['POST', PATH],
    ['DELETE', PATH],
    ['DELETE', `${PATH}?all=yes`],
    ['DELETE', `${PATH}?all=true&id=1`],
    ['GET', `${PATH}?limit=0`],
    ['GET', `${PATH}?limit=x`],
  ])('%s %s is refused, and changes nothing', async (method, path) => {
    const { ask, store } = setup();
    const { status, body } = await ask(method, path);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ path: expect.any(String) }] });
    expect(store.contents.dead).toHaveLength(3);
  });

  test('an action that fails in between says how many letters it has done', async () => {
    const { ask, store } = setup();
    store.fault = { kind: 'failed', reason: 'secret', doneBefore: 2 };
    const { status, body } = await ask('POST', `${PATH}?all=true`);
    expect(status).toBe(503);
    expect(body['detail']).toBe(
      'The fallback list is unavailable: try again for the rest. 2 were done before',
    );
  });

  test('shows what the list holds, and may hold', async () => {
    const { ask, store } = setup({ FALLBACK_MAX_LENGTH: '5' });
    store.contents.append(['x']);
    const counts = { waiting: 1, claimed: 0, dead: 3, maxLength: 5, maxBytes: null };
    expect((await ask('GET', '/admin/fallback')).body).toEqual(counts);
  });

  test('answers 503 while the store is away, and 405 to other methods', async () => {
    const { ask, store } = setup();
    store.fault = { kind: 'failed', reason: 'secret' };
    for (const [method, path] of [
      ['GET', PATH],
      ['POST', `${PATH}?all=true`],
      ['GET', '/admin/fallback'],
    ] as const) {
      const { status, headers, body } = await ask(method, path);
      expect([status, headers.has('Retry-After')]).toEqual([503, true]);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    const { status, headers } = await ask('PUT', PATH);
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST, DELETE']);
  });

  test.each(['1e1', '0x10', ' 5', '', '5.0', '+5', '0', '501'])(
    'does not take "%s" for a limit',
    async (limit) => {
      const { ask } = setup();
      expect((await ask('GET', `${PATH}?limit=${encodeURIComponent(limit)}`)).status).toBe(422);
    },
  );
});
