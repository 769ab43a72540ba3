import { ObjectSql } from '../../../../src/drivers/object-sql.ts';
import { SqliteStore } from '../../../../src/drivers/store/sqlite/store.ts';
import type { ObjectNamespace, ObjectState } from '../../../../src/entry/edge/platform.ts';
import { keyOf } from '../../../contracts/key-of.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { fromWire, toWire } from './wire.ts';

/** A store in the SQLite of an object, whose verbs are called over HTTP. */
export class StoreObject {
  readonly #parts: object;

  constructor(state: ObjectState) {
    const clock = new FakeClock();
    this.#parts = { clock, store: new SqliteStore(new ObjectSql(state.storage), clock) };
  }

  async fetch(request: Request): Promise<Response> {
    const { path, args } = fromWire(await request.text(), keyOf) as { path: string[]; args: unknown[] };
    let target = this.#parts;
    for (const name of path.slice(0, -1)) target = Reflect.get(target, name) as object;
    const verb = Reflect.get(target, path.at(-1) ?? '') as (...given: unknown[]) => unknown;
    return new Response(toWire(await verb.apply(target, args)));
  }
}

export default {
  /** One object for each path. */
  fetch(request: Request, { STORES }: { STORES: ObjectNamespace }): Promise<Response> {
    return STORES.get(STORES.idFromName(new URL(request.url).pathname)).fetch(request);
  },
};
