import { Hono } from 'hono';
import type { Bounds, FallbackList } from '../../ports/fallback-list.ts';
import { adminGuard } from '../admin-guard.ts';
import { type AdminCircuits, circuitsRoutes } from './admin-circuits.ts';
import { deadLettersRoutes } from './admin-dead-letters.ts';
import { fallbackRoutes } from './admin-fallback.ts';

export interface AdminDeps {
  readonly token: string;
  readonly list: FallbackList;
  readonly bounds: Bounds;
  readonly circuits: AdminCircuits;
}

/** `/admin/*`: for operators, who bring their token. */
export function adminRoutes({ token, list, bounds, circuits }: AdminDeps): Hono {
  const app = new Hono();
  app.use('/admin/*', adminGuard(token));
  app.route('/', deadLettersRoutes(list));
  app.route('/', circuitsRoutes(circuits));
  app.route('/', fallbackRoutes(list, bounds));
  return app;
}
