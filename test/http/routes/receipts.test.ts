import { describe, expect, test } from 'bun:test';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

describe('GET /v1/messages/{id}', () => {
  test.each(['a', 'a/b', 'ü 😀', '100%', '%2F', 'a?b#c', '..;', 'a+b'])(
    'the Location of an accepted message leads to its receipt: %s',
    async (id) => {
      const { post, request, clock } = fakeService();
      const accepted = await post(JSON.stringify({ value: 1, id }));
      await clock.advance(0);
      const response = await request(accepted.headers.get('Location') ?? '');
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        id,
        status: 'published',
        topic: 'messages',
        partition: 0,
        offset: '0',
      });
    },
  );

  test('a message without an id of its own is its own receipt in the answer, and none is kept', async () => {
    const { post, request, clock, store } = fakeService();
    const accepted = await post('{"value":1}');
    expect(accepted.headers.has('Location')).toBe(false);
    await clock.advance(0);
    const { id } = (await accepted.json()) as { id: string };
    expect((await request(`/v1/messages/${id}`)).status).toBe(404);
    expect(store.contents.receipts.size).toBe(0);
  });

  test('a queued message has a receipt at once, whoever chose its id', async () => {
    const { post, request, publisher } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    const accepted = await post('{"value":1}');
    const response = await request(accepted.headers.get('Location') ?? '');
    expect(await response.json()).toEqual(await accepted.json());
  });

  test('where no receipts are kept, no answer says that there is one', async () => {
    const { post, publisher } = fakeService({ DEDUP_TTL_SECONDS: '0' });
    publisher.answer = () => KAFKA_DOWN;
    expect((await post('{"value":1,"id":"a"}')).headers.has('Location')).toBe(false);
  });

  test('a parked message is queued, and published with its offset once the worker was there', async () => {
    const { post, request, clock, publisher, startBackfill, finish } = fakeService();
    const receipt = async () => (await request('/v1/messages/a')).json();
    publisher.answer = () => KAFKA_DOWN;
    await post('{"value":1,"id":"a"}');
    expect(await receipt()).toEqual({ id: 'a', status: 'queued', topic: 'messages' });
    publisher.answer = () => ({ kind: 'published', partition: 2, offset: '7' });
    startBackfill();
    await clock.advance(0);
    expect(await receipt()).toMatchObject({ status: 'published', partition: 2, offset: '7' });
    publisher.answer = () => KAFKA_DOWN;
    await finish();
  });

  test('an id that nobody knows is 404', async () => {
    const response = await fakeService().request('/v1/messages/nobody');
    expect(response.status).toBe(404);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  });

  test('receipts out of reach are 503 with Retry-After, never 404', async () => {
    const { request, store } = fakeService({ REDIS_BREAKER_FAIL_MAX: '1' });
    store.fault = { kind: 'failed', reason: 'secret' };
    const responses = [await request('/v1/messages/a'), await request('/v1/messages/a')];
    expect(responses.map(({ status, headers }) => [status, headers.get('Retry-After')])).toEqual([
      [503, '1'],
      [503, '15'],
    ]);
    expect(await responses[0]?.text()).not.toContain('secret');
  });

  test('DELETE is answered 405 with what is allowed', async () => {
    const response = await fakeService().request('/v1/messages/a', { method: 'DELETE' });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });
});
