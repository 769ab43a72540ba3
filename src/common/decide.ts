/** Results in the order of their items. Undefined is one that is owed. */
export type Decided<Result> = readonly (Result | undefined)[];

/**
 * Maps items to results in their order, where some are decided at once and the rest together: the items for which
 * `early` answers undefined go to `rest` in one call, and its results take the places left open. Where nothing
 * is left, `rest` is not called, and the results are there at once.
 */
export function decideEach<Item, Result>(
  items: readonly Item[],
  early: (item: Item) => Result | undefined,
  rest: (items: readonly Item[]) => Promise<Decided<Result>>,
): Decided<Result> | Promise<Decided<Result>> {
  const decided = items.map((item) => early(item));
  const open = items.filter((_, index) => decided[index] === undefined);
  if (open.length === 0) return decided;
  if (open.length === items.length) return rest(items);
  return rest(open).then((results) => {
    let next = 0;
    return decided.map((result) => result ?? results[next++]);
  });
}

/** The same with `missing` in the place of each result that is owed. */
export function withoutGaps<Result>(decided: Decided<Result>, missing: Result): Result[] {
  return decided.map((result) => result ?? missing);
}
