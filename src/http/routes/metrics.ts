import { Hono } from 'hono';
import { allowOnly } from '../problem-response.ts';

export interface MetricsDeps {
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
}

/** `GET /metrics`: the metrics, for Prometheus. */
export function metricsRoutes({ metrics }: MetricsDeps): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
  app.all('/metrics', allowOnly('GET', 'HEAD'));
  return app;
}
