import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../../../ports/dead-letters.ts';
import { EXHUME } from '../scripts/exhume.ts';
import { DEAD, LEASES, ORDER, PENDING, QUEUE, SIZE } from '../scripts/keys.ts';
import { READ_LETTERS } from '../scripts/read-letters.ts';
import { runScript, type Send } from '../scripts/script.ts';

/** Number of letters that were taken out. It is right when a later command fails, too. */
export interface Progress {
  count: number;
}

/** A range of ids, of one letter or of many, and the order key of its one letter. */
interface Range {
  readonly first: string;
  readonly last: string;
  readonly orderKey?: string;
}

/** Ranges and letters in one command. */
const MOST_TOGETHER = 500;

/** Keyset pagination: the letters with ids above `after`, oldest first, in commands of bounded size. */
export async function readLetters(
  send: Send,
  after: string | undefined,
  limit: number,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let first = after === undefined ? '-inf' : `(${asId(after)}`;
  while (letters.length < limit) {
    const more = await readSome(send, { first, last: '+inf' }, limit - letters.length);
    const newest = more.at(-1);
    if (!newest) break;
    letters.push(...more);
    first = `(${newest.id}`;
  }
  return letters;
}

async function readSome(send: Send, { first, last }: Range, limit = MOST_TOGETHER): Promise<DeadLetter[]> {
  const texts = (await runScript(send, READ_LETTERS, [DEAD], [first, last, limit])) as string[];
  return texts.map((text) => JSON.parse(text) as DeadLetter);
}

/** Upper bound of `all`: letters that are added later are not included. */
async function newestId(send: Send): Promise<string> {
  const [newest] = (await send('ZRANGE', DEAD, -1, -1)) as string[];
  return newest === undefined ? '-inf' : (JSON.parse(newest) as DeadLetter).id;
}

/** Removes letters, into the list (requeue) or for good (discard), by commands of bounded work. */
export async function takeLetters(
  send: Send,
  which: WhichLetters,
  to: 'list' | 'nowhere',
  progress: Progress,
): Promise<void> {
  const ranges = which === 'all' ? [{ first: '-inf', last: await newestId(send) }] : which.map(oneLetter);
  await exhume(send, ranges, to, progress);
}

/** Requeues letters and counts their order keys, which are derived from the entries here. */
export async function requeueInOrder(
  send: Send,
  which: WhichLetters,
  orderKeyOf: OrderKeyOf,
  progress: Progress,
): Promise<void> {
  const run = (letters: readonly DeadLetter[]) => {
    const ranges = letters.map(({ id, entry }) => ({ ...oneLetter(id), orderKey: orderKeyOf(entry) ?? '' }));
    return exhume(send, ranges, 'list', progress);
  };
  if (which !== 'all') {
    for (const id of which) await run(await readSome(send, oneLetter(id)));
    return;
  }
  const all = { first: '-inf', last: await newestId(send) };
  for (let letters = await readSome(send, all); letters.length > 0; letters = await readSome(send, all))
    await run(letters);
}

async function exhume(
  send: Send,
  ranges: readonly Range[],
  to: 'list' | 'nowhere',
  progress: Progress,
): Promise<void> {
  for (let from = 0; from < ranges.length;) {
    const some = ranges.slice(from, from + MOST_TOGETHER);
    const orderKeys = some.flatMap(({ orderKey }) => (orderKey === undefined ? [] : [orderKey]));
    const keys = [QUEUE, LEASES, DEAD, SIZE, ...(orderKeys.length > 0 ? [ORDER] : [])];
    const ids = some.flatMap(({ first, last }) => [first, last]);
    const args = [PENDING, to === 'list' ? 1 : 0, ...ids, ...orderKeys];
    const [taken = 0, done = 0] = (await runScript(send, EXHUME, keys, args)) as number[];
    progress.count += taken;
    from += done;
  }
}

function oneLetter(text: string): Range {
  const id = asId(text);
  return { first: id, last: id };
}

/** An id that matches nothing, in place of a malformed one, for which Redis would refuse the command. */
function asId(text: string): string {
  return /^\d{1,17}$/.test(text) ? text : '-1';
}
