import { Hono } from 'hono';
import { apiPage, PAGE_POLICY } from '../openapi/page.ts';
import { ok, problems } from '../openapi/responses.ts';
import type { OpenApiDocument, Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';

export const openApiPaths: Paths = {
  '/openapi.json': {
    get: {
      tags: ['Health'],
      summary: 'This description',
      responses: { 200: ok({ type: 'object' }, 'OpenAPI 3.1'), ...problems([]) },
    },
  },
  '/docs': {
    get: {
      tags: ['Health'],
      summary: 'This description as a page',
      responses: { 200: ok({ type: 'string' }, 'HTML', 'text/html'), ...problems([]) },
    },
  },
};

/** `GET /openapi.json` describes this port, and `GET /docs` shows it to people. */
export function openApiRoutes(document: () => OpenApiDocument): Hono {
  const app = new Hono();
  // Made when somebody asks.
  let text: string | undefined;
  app.get('/openapi.json', (c) => {
    text ??= JSON.stringify(document());
    return c.body(text, 200, { 'Content-Type': 'application/json' });
  });
  app.get('/docs', async (c) => {
    c.header('Content-Security-Policy', PAGE_POLICY);
    return c.html(await apiPage(document()));
  });
  for (const path of ['/openapi.json', '/docs']) app.all(path, allowOnly('GET', 'HEAD'));
  return app;
}
