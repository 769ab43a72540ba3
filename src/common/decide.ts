/**
 * Maps items to results in their order, where some are decided at once and the rest together: the items
 * for which `early` answers undefined go to `rest` in one call, and its results take the places left open.
 * `rest` is not called for nothing; an item for which it owes a result gets `missing`.
 */
export async function decideEach<Item, Result>(
  items: readonly Item[],
  early: (item: Item) => Result | undefined,
  rest: (items: Item[]) => Promise<readonly Result[]>,
  missing: Result,
): Promise<Result[]> {
  const [only] = items;
  // Most often there is one item, which needs no arrays.
  if (items.length === 1 && only !== undefined) return [early(only) ?? (await rest([only]))[0] ?? missing];
  const decided = items.map((item) => early(item));
  const open = items.filter((_, index) => decided[index] === undefined);
  const results = open.length > 0 ? await rest(open) : [];
  let next = 0;
  return decided.map((result) => result ?? results[next++] ?? missing);
}
