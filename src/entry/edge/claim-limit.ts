import type { FallbackList } from '../../ports/fallback-list.ts';
import type { Store } from '../../ports/store.ts';

/** Store decorator that limits claims to `most()` entries, and to one at least. */
export function withClaimLimit(store: Store, most: () => number): Store {
  const { list, gate, receipts, sharedState } = store;
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
    sharedState,
    probe: () => store.probe(),
    durability: () => store.durability(),
    close: () => store.close(),
  };

  function claim(request: Parameters<FallbackList['claim']>[0]): ReturnType<FallbackList['claim']> {
    return list.claim({ ...request, maxCount: Math.max(1, Math.min(request.maxCount, most())) });
  }
}
