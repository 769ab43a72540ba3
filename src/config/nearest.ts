interface Ranked {
  readonly name: string;
  /** Edit distance, without regard to case and underscores. */
  readonly distance: number;
}

/** The name that begins with `wrong`, else the one with the smallest edit distance to it. */
export function nearest(wrong: string, names: readonly string[]): Ranked {
  const distanceTo = (name: string) => editDistance(plain(wrong), plain(name));
  const longer = names.find((name) => plain(name).startsWith(plain(wrong)));
  if (longer) return { name: longer, distance: distanceTo(longer) };
  const ranked = names.map((name): Ranked => ({ name, distance: distanceTo(name) }));
  return ranked.reduce((best, each) => (each.distance < best.distance ? each : best));
}

const plain = (name: string) => name.toUpperCase().replaceAll(/[^A-Z\d]/g, '');

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let [before, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(before, j - 2) + 1 : Infinity,
      );
    }
    [before, previous] = [previous, row];
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], index: number) => row[index] ?? Infinity;
