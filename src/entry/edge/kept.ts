/**
 * The same object, but whatever its methods promise is handed to `keep` as well: the runtime then goes
 * on with it when the request that asked for it has its answer, or is given up by its client.
 */
export function kept<T extends object>(target: T, keep: (work: Promise<unknown>) => void): T {
  return new Proxy(target, {
    get(inner, name) {
      const value: unknown = Reflect.get(inner, name, inner);
      if (typeof value === 'object' && value !== null) return kept(value, keep);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, inner, args);
        if (answer instanceof Promise) keep(answer);
        return answer;
      };
    },
  });
}
