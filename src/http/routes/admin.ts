import { Hono } from 'hono';
import type { OrderKeyOf } from '../../ports/dead-letters.ts';
import type { Bounds, FallbackList } from '../../ports/fallback-list.ts';
import { adminGuard } from '../admin-guard.ts';
import { type AdminCircuits, circuitsRoutes } from './admin-circuits.ts';
import { deadLettersRoutes } from './admin-dead-letters.ts';
import { fallbackRoutes } from './admin-fallback.ts';

export interface AdminDeps {
  readonly token: string;
  readonly maxBodyBytes: number;
  readonly list: FallbackList;
  readonly bounds: Bounds;
  readonly circuits: AdminCircuits;
  /** Set where the order of keys is kept. */
  readonly orderKeyOf?: OrderKeyOf | undefined;
}

/** `/admin/*`: the operators' routes, behind their token. */
export function adminRoutes({ token, maxBodyBytes, list, bounds, circuits, orderKeyOf }: AdminDeps): Hono {
  const app = new Hono();
  app.use('/admin/*', adminGuard(token));
  app.route('/', deadLettersRoutes(list, orderKeyOf));
  app.route('/', circuitsRoutes(circuits, maxBodyBytes));
  app.route('/', fallbackRoutes(list, bounds));
  return app;
}
