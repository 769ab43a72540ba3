import { readConfig } from '../../src/config.ts';
import { createService, type ServiceDeps } from '../../src/service.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeLog, FakePublisher, FakeStore } from './fakes.ts';

/** The whole service with all its parts but the drivers, on a clock that stands still. */
export function fakeService(
  variables: Record<string, string> = {},
  store = new FakeStore(),
  drivenBy: ServiceDeps['drivenBy'] = 'timers',
) {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
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
