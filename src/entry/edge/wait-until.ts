/**
 * Proxy that passes every promise of `target`'s methods to `keep`, the runtime's `waitUntil`: the work goes
 * on after the request is answered, or given up by its client.
 */
export function withWaitUntil<T extends object>(target: T, keep: (work: Promise<unknown>) => void): T {
  return new Proxy(target, {
    get(inner, name) {
      const value: unknown = Reflect.get(inner, name, inner);
      if (typeof value === 'object' && value !== null) return withWaitUntil(value, keep);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, inner, args);
        if (answer instanceof Promise) keep(answer);
        return answer;
      };
    },
  });
}
