import { describe, expect, test } from 'bun:test';
import { fakeService } from '../support/fakes/fake-service.ts';

const answerTo = async (key: string, body = '{"value":1}') => {
  const { post, publisher } = fakeService();
  const response = await post(body, { 'Idempotency-Key': key });
  const { id, errors } = (await response.json()) as { id?: string; errors?: unknown };
  return {
    status: response.status,
    location: response.headers.get('Location'),
    id,
    errors,
    calls: publisher.calls,
  };
};

describe('Idempotency-Key', () => {
  test.each([
    ['order-1', 'order-1'],
    ['"order-1"', 'order-1'],
    ['"a \\"b\\" \\\\"', 'a "b" \\'],
    ['"', '"'],
  ])('%s is the id %s of the message', async (key, id) => {
    const answer = await answerTo(key);
    expect([answer.status, answer.id]).toEqual([202, id]);
    expect(answer.location).toBe(`/v1/messages/${encodeURIComponent(id)}`);
  });

  test('may be repeated by the id in the body, and not contradicted', async () => {
    expect(await answerTo('a', '{"id":"a","value":1}')).toMatchObject({ status: 202, id: 'a' });
    const errors = [{ path: 'id', message: 'Differs from the header Idempotency-Key' }];
    expect(await answerTo('b', '{"id":"a","value":1}')).toMatchObject({ status: 422, errors, calls: [] });
  });

  test.each([
    ['""', 'Must not be empty'],
    ['..', 'Must not be . or ..'],
    ['x'.repeat(256), 'Must have at most 255 characters'],
    ['caf\u00e9', 'Must be ASCII'],
  ])('%s is refused', async (key, message) => {
    const errors = [{ path: 'Idempotency-Key', message }];
    expect(await answerTo(key)).toMatchObject({ status: 422, errors, calls: [] });
  });

  test('makes a retry the same message', async () => {
    const { post, publisher } = fakeService();
    await post('{"value":1}', { 'Idempotency-Key': 'a' });
    const again = await post('{"value":1}', { 'Idempotency-Key': 'a' });
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([202, 'true']);
    expect(publisher.calls).toHaveLength(1);
  });
});
