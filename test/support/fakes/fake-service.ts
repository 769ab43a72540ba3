import { readConfig } from '../../../src/config/config.ts';
import { createService, type ServiceDeps } from '../../../src/service/service.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeLog } from './fake-log.ts';
import { FakePublisher } from './fake-publisher.ts';
import { FaultyStore } from './faulty-store.ts';

/** The whole service with all its parts but the drivers, on a clock that stands still. */
export function fakeService(
  variables: Record<string, string> = {},
  given?: FaultyStore,
  drivenBy: ServiceDeps['drivenBy'] = 'timers',
) {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = given ?? new FaultyStore(clock);
  store.keepsWaiting(clock);
  const log = new FakeLog();
  const service = createService({ config: readConfig(variables), publisher, store, clock, log, drivenBy });
  const request = (path: string, init?: RequestInit) => Promise.resolve(service.app.request(path, init));
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
    request('/v1/messages', {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  return { ...service, publisher, store, clock, log, request, post };
}
