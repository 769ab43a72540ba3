import { readConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/drivers/sqlite.ts';
import { SqliteStore } from '../../src/drivers/store/sqlite/store.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Publisher, PublishResult } from '../../src/ports/publisher.ts';
import { createService } from '../../src/service/service.ts';
import { FakeLog } from '../../test/support/fakes/fake-log.ts';
import { tempDir } from '../../test/support/process/temp-dir.ts';
import type { Message } from '../../src/message/message.ts';
import type { Connect } from '../client.ts';
import { serveDirect } from '../stage-server.ts';

const call = {};
const acknowledge = (messages: readonly Message[]): Promise<PublishResult[]> =>
  Promise.resolve(messages.map(() => ({ kind: 'published', partition: 0, offset: '0', call })));
const instant: Publisher = {
  publish: acknowledge,
  publishWithin: acknowledge,
  probe: () => Promise.resolve({ kind: 'up' }),
  close: () => Promise.resolve(),
};

/** The whole service before a Kafka that acknowledges at once. */
export const connect: Connect = ({ topic }) => {
  const { direct } = createService({
    config: readConfig({ EMBEDDED: 'kafka,redis', KAFKA_TOPIC: topic }),
    publisher: instant,
    store: new SqliteStore(openDatabase(tempDir().path, 'stage.sqlite'), systemClock),
    clock: systemClock,
    log: new FakeLog(),
  });
  return serveDirect(direct);
};
