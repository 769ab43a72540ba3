import { describe, expect, test } from 'bun:test';
import type { OpenApiDocument } from '../../src/http/openapi/types.ts';
import { PROBLEM_CODES, statusOf } from '../../src/http/problems.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const setup = () => fakeService({ ADMIN_TOKEN: 't', KAFKA_TOPICS: 'orders' });

async function documentOf({ request }: Pick<ReturnType<typeof setup>, 'request'>): Promise<OpenApiDocument> {
  const response = await request('/openapi.json');
  expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/json']);
  return (await response.json()) as OpenApiDocument;
}

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

test('every route that is registered is in the document, and every operation of it is a route', async () => {
  const service = setup();
  const described = operationsOf(await documentOf(service)).map(({ method, path }) => `${method} ${path}`);
  const registered = service.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/\/:(\w+)/g, '/{$1}')}`)
    // Answered by 405.
    .filter((route) => !/^(PUT|PATCH|DELETE|OPTIONS) \/v1\/messages\/batch$/.test(route));
  expect([...new Set(registered)].toSorted()).toEqual(described.toSorted());
});

test('what is not on this port is not in its document', async () => {
  const paths = Object.keys((await documentOf(fakeService({ ADMIN_PORT: '1', ADMIN_TOKEN: 't' }))).paths);
  expect(paths).toContain('/v1/messages');
  expect(paths.filter((path) => /^\/(admin|metrics)/.test(path))).toEqual([]);
});

const securityOf = ({ paths }: OpenApiDocument) => paths['/v1/messages']?.post?.security;

test('keys are asked for where they are needed', async () => {
  const open = await documentOf(setup());
  const closed = await documentOf(fakeService({ API_KEYS: `a:${'0'.repeat(64)}` }));
  expect([securityOf(open), securityOf(closed)]).toEqual([undefined, [{ bearer: [] }, { apiKey: [] }]]);
});

test('the topics of the document are those of the service', async () => {
  const { components } = await documentOf(setup());
  expect(components.schemas['Topic']).toEqual({ type: 'string', enum: ['messages', 'orders'] });
});

describe('every example is accepted as it stands', async () => {
  const examples = operationsOf(await documentOf(setup())).flatMap(({ path, method, operation }) =>
    Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, { examples: all = {} }]) =>
      Object.entries(all).map(([name, { value }]) => ({ path, method, type, name, value, operation })),
    ),
  );
  test.each(examples)('$method $path $type $name', async ({ path, method, type, value, operation }) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
      const parameter = operation.parameters?.find((each) => each.name === name);
      return parameter?.example ?? '';
    });
    const { request } = setup();
    const response = await request(filled, {
      method,
      body: typeof value === 'string' ? value : JSON.stringify(value),
      headers: { 'Content-Type': type, Authorization: 'Bearer t' },
    });
    expect(response.status).toBeLessThan(300);
    const answered = operation.responses[response.status]?.content ?? {};
    expect(Object.keys(answered)).toContain(response.headers.get('Content-Type') ?? '');
    expect(await response.text()).not.toMatch(/"status":"rejected"|"error_code":[^2n]/);
  });

  test('there is one for every body', () => {
    expect(examples.length).toBeGreaterThan(12);
  });
});

test('the page shows every operation, and asks no other host for anything', async () => {
  const service = setup();
  const response = await service.request('/docs');
  const html = await response.text();
  expect(response.headers.get('Content-Security-Policy')).toStartWith("default-src 'none'");
  for (const { path } of operationsOf(await documentOf(service)))
    expect(html).toContain(`<code>${path}</code>`);
  expect(html).not.toMatch(/<script|(?:src|href)="(?!\/openapi\.json)/);
});

test('every problem that there is stands in the document, with its status', async () => {
  const described = operationsOf(await documentOf(setup())).flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, { description }]) =>
      [...description.matchAll(/`([\w-]+)`:/g)].map(([, code]) => `${status} ${code}`),
    ),
  );
  const codes = PROBLEM_CODES.filter((code) => code !== 'not-local').map(
    (code) => `${statusOf(code)} ${code}`,
  );
  expect([...new Set(described)].toSorted()).toEqual(codes.toSorted());
});
