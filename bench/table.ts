import type { Results } from './compare.ts';
import { MEASURES, type Row } from './rows.ts';
import { short, spread } from './spread.ts';

export const TABLE_HEAD = [
  '| | measure | median (least – most) | beside it | median (least – most) | ratio: least, **median**, most |',
  '|---|---|---|---|---|---|',
].join('\n');

/** The lines of the table for one row: a line for each rival and measure. */
export function toLines({ title, measures }: Row, [own, ...rivals]: Results): string[] {
  return rivals.flatMap((rival) =>
    measures.map((measure) => {
      const { title: what, better } = MEASURES[measure];
      const mine = own?.figures.map((figures) => figures[measure]) ?? [];
      const theirs = rival.figures.map((figures) => figures[measure]);
      // Of the same repeat, so that both had the same machine.
      const ratio = spread(
        mine.map((figure, repeat) => {
          const other = theirs[repeat] ?? Number.NaN;
          return better === 'more' ? figure / other : other / figure;
        }),
      );
      const ratios = `${short(ratio.min)}, **${short(ratio.median)}**, ${short(ratio.max)}`;
      const cells = [
        title,
        what,
        `${own?.entrant.label}: ${range(mine)}`,
        rival.entrant.label,
        range(theirs),
        ratios,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
}

function range(values: readonly number[]): string {
  const { min, median, max } = spread(values);
  return `${short(median)} (${short(min)} – ${short(max)})`;
}
