import { describe, expect, test } from 'bun:test';
import { fakeService } from '../support/fakes/fake-service.ts';

const ORIGIN = 'https://shop.example';
const setup = () => fakeService({ CORS_ORIGINS: `${ORIGIN},http://localhost:5173`, ADMIN_TOKEN: 't' });
const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'authorization,content-type',
  },
});

describe('a page of an origin in CORS_ORIGINS', () => {
  test('may send with a key, which its preflight request has not', async () => {
    const { status, headers } = await setup().request('/v1/messages', preflight(ORIGIN));
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
    expect(headers.get('Access-Control-Allow-Methods')).toContain('POST');
    expect(headers.get('Access-Control-Allow-Headers')).toBe('authorization,content-type');
  });

  test.each([
    ['{"value":1}', 202],
    ['{', 400],
  ])('may read the answer to %s, with its headers', async (body, status) => {
    const response = await setup().post(body, { Origin: ORIGIN });
    expect(response.status).toBe(status);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('X-Fallback-Mode');
  });

  test('has no way to the operators’ routes', async () => {
    const { headers } = await setup().request('/admin/circuits', preflight(ORIGIN));
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

test('a page of another origin is not told that it may, and without CORS_ORIGINS none is', async () => {
  for (const { request } of [setup(), fakeService()])
    for (const path of ['/v1/messages', '/v1/messages/batch']) {
      const { headers } = await request(path, preflight('https://other.example'));
      expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
});

test('every answer tells browsers not to guess its type, frame it, or embed it elsewhere', async () => {
  const { request, post } = setup();
  for (const response of [await post('{"value":1}'), await request('/metrics'), await request('/none')])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
});
