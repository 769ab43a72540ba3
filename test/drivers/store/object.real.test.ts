import { afterAll, beforeAll } from 'bun:test';
import type { Store } from '../../../src/ports/store.ts';
import { storeContract } from '../../contracts/store.ts';
import { type Child, startChild } from '../../support/child.ts';
import { fromWire, toWire } from '../../support/object-store/wire.ts';
import { programOf } from '../../support/runtimes.ts';
import { describeReal } from '../../support/services.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { WRANGLER_READY, wranglerDev } from '../../support/wrangler.ts';

describeReal('the store of a Durable Object', ['workerd'], () => {
  let workerd: Child;

  beforeAll(async () => {
    const launch = wranglerDev(await programOf('node'), {
      config: 'test/support/object-store/wrangler.jsonc',
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
    const parts = ['list', 'gate', 'receipts', 'board'].map((name) => [name, verbs('store', name)]);
    const store = new Proxy(Object.fromEntries(parts) as Record<string, object>, {
      get: (known, name: string) => known[name] ?? Reflect.get(verbs('store'), name),
    }) as unknown as Store;
    const wait = (ms: number) =>
      (Reflect.get(verbs('clock'), 'advance') as (ms: number) => Promise<void>)(ms);
    return Promise.resolve({ store, wait, close: () => Promise.resolve() });
  });
});
