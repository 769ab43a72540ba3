import type { DeadLetter, WhichLetters } from '../../ports/dead-letters.ts';
import { EXHUME } from './scripts/exhume.ts';
import { DEAD, LEASES, PENDING, QUEUE, SIZE } from './scripts/keys.ts';
import { runScript, type Send } from './scripts/script.ts';

/** The most that one run of the script takes out: Redis does nothing else meanwhile. */
const AT_ONCE = 500;

export async function readLetters(send: Send, after: string | undefined, limit: number) {
  const from = after === undefined ? '-inf' : `(${asId(after)}`;
  const texts = (await send('ZRANGEBYSCORE', DEAD, from, '+inf', 'LIMIT', 0, limit)) as string[];
  return texts.map((text) => JSON.parse(text) as DeadLetter);
}

/** Takes letters out, into the list or for good; answers how many. */
export async function takeLetters(send: Send, which: WhichLetters, to: 'list' | 'nowhere'): Promise<number> {
  const args = [PENDING, to === 'list' ? 1 : 0];
  const run = async (ranges: readonly string[]) =>
    Number(await runScript(send, EXHUME, [QUEUE, LEASES, DEAD, SIZE], [...args, ...ranges]));
  let count = 0;
  if (which !== 'all') {
    for (let from = 0; from < which.length; from += AT_ONCE) {
      const ids = which.slice(from, from + AT_ONCE).map(asId);
      count += await run(ids.flatMap((id) => [id, id]));
    }
    return count;
  }
  // What dies while this goes on is not meant.
  const [newest] = (await send('ZRANGE', DEAD, -1, -1)) as string[];
  if (newest === undefined) return 0;
  const { id } = JSON.parse(newest) as DeadLetter;
  for (let taken = AT_ONCE; taken === AT_ONCE; count += taken) taken = await run(['-inf', id]);
  return count;
}

/** What is no id names nothing: Redis would refuse the command. */
function asId(text: string): string {
  return /^\d{1,17}$/.test(text) ? text : '-1';
}
