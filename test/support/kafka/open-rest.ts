import { RestPublisher, type RestSettings } from '../../../src/drivers/kafka/rest/publisher.ts';
import { systemClock } from '../../../src/ports/clock.ts';

/** The driver over HTTP as the service opens it, but for what matters to the test. */
export function openRest(
  { url }: { readonly url: string },
  over: Partial<RestSettings> = {},
  clock = systemClock,
): RestPublisher {
  const settings: RestSettings = {
    url,
    dialect: 'strimzi',
    auth: { kind: 'none' },
    probeTopic: 'messages',
    timeoutMs: 3000,
    maxPendingBytes: 64_000_000,
  };
  return new RestPublisher({ ...settings, ...over }, clock);
}
