import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../ports/dead-letters.ts';
import { EXHUME } from './scripts/exhume.ts';
import { DEAD, LEASES, ORDER, PENDING, QUEUE, SIZE } from './scripts/keys.ts';
import { runScript, type Send } from './scripts/script.ts';

/** The most that one run of the script takes out: Redis does nothing else meanwhile. */
const AT_ONCE = 500;

export async function readLetters(send: Send, after: string | undefined, limit: number) {
  return readRange(send, after === undefined ? '-inf' : `(${asId(after)}`, '+inf', limit);
}

async function readRange(send: Send, from: string, to: string, limit = READ_AT_ONCE): Promise<DeadLetter[]> {
  const texts = (await send('ZRANGEBYSCORE', DEAD, from, to, 'LIMIT', 0, limit)) as string[];
  return texts.map((text) => JSON.parse(text) as DeadLetter);
}

/** What dies later is not meant by "all that there are now". */
async function newestId(send: Send): Promise<string> {
  const [newest] = (await send('ZRANGE', DEAD, -1, -1)) as string[];
  return newest === undefined ? '-inf' : (JSON.parse(newest) as DeadLetter).id;
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
  const newest = await newestId(send);
  for (let taken = AT_ONCE; taken === AT_ONCE; count += taken) taken = await run(['-inf', newest]);
  return count;
}

/** The most that is read to be requeued at once: an entry may have a megabyte. */
const READ_AT_ONCE = 50;

/** Requeues letters and counts their order keys, which can only be told from what they hold. */
export async function requeueInOrder(
  send: Send,
  which: WhichLetters,
  orderKeyOf: OrderKeyOf,
): Promise<number> {
  const run = async (letters: readonly DeadLetter[]) => {
    const ranges = letters.flatMap(({ id }) => [id, id]);
    const orderKeys = letters.map(({ entry }) => orderKeyOf(entry) ?? '');
    const keys = [QUEUE, LEASES, DEAD, SIZE, ORDER];
    return Number(await runScript(send, EXHUME, keys, [PENDING, 1, ...ranges, ...orderKeys]));
  };
  let count = 0;
  if (which !== 'all') {
    for (const id of which) count += await run(await readRange(send, asId(id), asId(id), 1));
    return count;
  }
  const newest = await newestId(send);
  for (let letters = await readRange(send, '-inf', newest); letters.length > 0;) {
    count += await run(letters);
    letters = await readRange(send, '-inf', newest);
  }
  return count;
}

/** What is no id names nothing: Redis would refuse the command. */
function asId(text: string): string {
  return /^\d{1,17}$/.test(text) ? text : '-1';
}
