/** What one caller parks: entries, and the order keys of those that have one. */
export interface Load {
  readonly entries: readonly string[];
  readonly orderKeys: readonly (string | undefined)[];
}

/** As one load, in their order. */
export function joined(loads: readonly Load[]): Load {
  return {
    entries: loads.flatMap(({ entries }) => entries),
    orderKeys: loads.flatMap(({ entries, orderKeys }) => entries.map((_, index) => orderKeys[index])),
  };
}
