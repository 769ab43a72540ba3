import { Hono } from 'hono';
import { ok, problems } from '../openapi/responses.ts';
import { type Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';

export interface MetricsDeps {
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
}

export const metricsPaths: Paths = {
  '/metrics': {
    get: {
      tags: ['Health'],
      summary: 'Metrics for Prometheus',
      responses: { 200: ok({ type: 'string' }, 'Text format of Prometheus', 'text/plain'), ...problems([]) },
    },
  },
};

/** `GET /metrics`: the metrics, for Prometheus. */
export function metricsRoutes({ metrics }: MetricsDeps): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
  app.all('/metrics', allowOnly('GET', 'HEAD'));
  return app;
}
