import type { FallbackList } from '../../ports/fallback-list.ts';
import type { Store } from '../../ports/store.ts';

/** The same store, whose list lets go of no more than `most()` entries at a time, and of one at least. */
export function sparing(store: Store, most: () => number): Store {
  const { list, gate, receipts, board } = store;
  return {
    list: new Proxy(list, {
      get(inner, name) {
        if (name === 'claim') return claim;
        const value: unknown = Reflect.get(inner, name, inner);
        return typeof value === 'function' ? value.bind(inner) : value;
      },
    }),
    gate,
    receipts,
    board,
    probe: () => store.probe(),
    durability: () => store.durability(),
    close: () => store.close(),
  };

  function claim(request: Parameters<FallbackList['claim']>[0]): ReturnType<FallbackList['claim']> {
    return list.claim({ ...request, maxCount: Math.max(1, Math.min(request.maxCount, most())) });
  }
}
