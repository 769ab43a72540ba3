import { afterAll, beforeAll } from 'bun:test';
import type { Store } from '../../../../src/ports/store.ts';
import { storeContract } from '../../../contracts/store.ts';
import { type Child, startChild } from '../../../support/process/child.ts';
import { fromWire, toWire } from '../../../support/process/durable-object-store/wire.ts';
import { programOf } from '../../../support/process/runtimes.ts';
import { describeReal } from '../../../support/process/services.ts';
import { tempDir } from '../../../support/process/temp-dir.ts';
import { WRANGLER_READY, wranglerDev } from '../../../support/process/wrangler.ts';

describeReal('the store of a Durable Object', ['workerd'], () => {
  let workerd: Child;

  beforeAll(async () => {
    const launch = wranglerDev(await programOf('node'), {
      config: 'test/support/process/durable-object-store/wrangler.jsonc',
    });
    workerd = await startChild('workerd', launch, { dir: tempDir().path, ready: WRANGLER_READY });
  }, 60_000);

  afterAll(async () => void (await workerd.end('SIGTERM')));

  storeContract('store/object', () => {
    const url = `${workerd.word}/${crypto.randomUUID()}`;
    const verbs = (...path: string[]): object =>
      new Proxy(
        {},
        {
          get:
            (_, verb: string) =>
            async (...args: unknown[]) => {
              const body = toWire({ path: [...path, verb], args });
              return fromWire(await (await fetch(url, { method: 'POST', body })).text());
            },
        },
      );
    const parts = ['list', 'gate', 'receipts', 'sharedState'].map((name) => [name, verbs('store', name)]);
    const store = new Proxy(Object.fromEntries(parts) as Record<string, object>, {
      get: (known, name: string) => known[name] ?? Reflect.get(verbs('store'), name),
    }) as unknown as Store;
    const clock = (verb: string) => Reflect.get(verbs('clock'), verb) as (ms: number) => Promise<void>;
    const wait = clock('advance');
    return Promise.resolve({
      store,
      wait,
      skip: wait,
      setBack: clock('setBack'),
      close: () => Promise.resolve(),
    });
  });
});
