import type { Figures } from './client.ts';
import type { Contender } from './contender.ts';
import type { Entrant, Row } from './rows.ts';

export interface Effort {
  readonly repeats: number;
  /** How long a turn takes. */
  readonly ms: number;
}

/** What each entrant of a row achieved, a figure for each repeat; the row's own entrant comes first. */
export type Results = readonly { readonly entrant: Entrant; readonly figures: Figures[] }[];

/** Lets the entrants of a row take turns: A B A B, so that what slows the machine slows them alike. */
export async function compare(
  row: Row,
  effort: Effort,
  start: (entrant: Entrant) => Promise<Contender>,
): Promise<Results> {
  const ms = row.ms ?? effort.ms;
  const contenders: { entrant: Entrant; contender: Contender; figures: Figures[] }[] = [];
  try {
    for (const entrant of [row.entrant, ...row.against]) {
      const contender = await start(entrant);
      contenders.push({ entrant, contender, figures: [] });
      // Connects, fills caches and lets the compiler see it: whatever is done only once.
      const kind = entrant.task.kind === 'idle' ? 'load' : entrant.task.kind;
      await contender.measure({ ...entrant.task, kind, ms: effort.ms });
    }
    for (let repeat = 0; repeat < effort.repeats; repeat++) {
      for (const { entrant, contender, figures } of contenders) {
        figures.push(await contender.measure({ ...entrant.task, ms }));
      }
    }
    return contenders;
  } finally {
    await Promise.all(contenders.map(({ contender }) => contender.stop()));
  }
}
