import { describe, expect, test } from 'bun:test';
import { fakeService } from '../support/fakes/fake-service.ts';

const setup = () => {
  const { app, operatorsApp } = fakeService({ ADMIN_PORT: '9000', ADMIN_TOKEN: 't' });
  const headers = { Authorization: 'Bearer t' };
  const statusesOf = (
    of: { request(path: string, init: RequestInit): Response | Promise<Response> } | undefined,
  ) =>
    Promise.all(
      ['/health/live', '/health/ready', '/metrics', '/admin/circuits', '/v1/messages/a'].map(
        async (path) => (await of?.request(path, { headers }))?.status,
      ),
    );
  return { app, operatorsApp, statusesOf };
};

describe('with ADMIN_PORT', () => {
  test('operators have health, metrics and admin there, and clients have none of it but health', async () => {
    const { app, operatorsApp, statusesOf } = setup();
    expect(await statusesOf(operatorsApp)).toEqual([200, 200, 200, 200, 404]);
    expect(await statusesOf(app)).toEqual([200, 200, 404, 404, 404]);
  });

  test('the token is needed there as well, and what is not there is named', async () => {
    const { operatorsApp } = setup();
    expect((await operatorsApp?.request('/admin/circuits'))?.status).toBe(401);
    expect(await (await operatorsApp?.request('/none'))?.json()).toMatchObject({
      detail: 'This port has /health/live, /health/ready, /metrics and /admin',
    });
  });
});

test('without ADMIN_PORT all is on one port', async () => {
  const { operatorsApp, request } = fakeService({ ADMIN_TOKEN: 't' });
  expect(operatorsApp).toBeUndefined();
  expect((await request('/metrics')).status).toBe(200);
  expect((await request('/admin/circuits')).status).toBe(401);
});
