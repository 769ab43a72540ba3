// What a circuit costs a call, in nanoseconds. Needs no service.
import { Circuit } from '../src/breakers/circuit.ts';
import { ANSWERED, type CallVerdict } from '../src/breakers/verdict.ts';
import { systemClock } from '../src/ports/clock.ts';
import { short, spread } from './spread.ts';

const CALLS = 200_000;
const REPEATS = 15;

const FAULT: CallVerdict = { kind: 'fault', reason: 'down' };
const SETTINGS = { failMax: 1_000_000_000, resetTimeoutMs: 3_600_000, timeoutDurationMs: 3_600_000 };

const answer = () => Promise.resolve(ANSWERED);
const fail = () => Promise.resolve(FAULT);
const itself = (verdict: CallVerdict) => verdict;

const closed = new Circuit(SETTINGS, systemClock);
const timed = new Circuit({ ...SETTINGS, slowMs: 1000 }, systemClock);
const failing = new Circuit(SETTINGS, systemClock);
const open = new Circuit({ ...SETTINGS, failMax: 1 }, systemClock);
await open.run(fail, itself);
// Else its timer would keep the process.
open.stop();

const ROWS: readonly (readonly [what: string, call: () => unknown])[] = [
  ['the bare call', answer],
  ['through the closed circuit', () => closed.run(answer, itself)],
  ['the same with the slow rule', () => timed.run(answer, itself)],
  ['a fault, which cockatiel counts', () => failing.run(fail, itself)],
  ['refused', () => open.run(answer, itself)],
  ['asked whether it allows one (open)', () => open.allows],
];

/** Nanoseconds a call, one after the other. */
async function measure(call: () => unknown): Promise<number> {
  const began = performance.now();
  for (let count = 0; count < CALLS; count++) await call();
  return ((performance.now() - began) / CALLS) * 1_000_000;
}

const times = ROWS.map((): number[] => []);
for (const [, call] of ROWS) await measure(call);
for (let repeat = 0; repeat < REPEATS; repeat++)
  for (const [index, [, call]] of ROWS.entries()) times[index]?.push(await measure(call));

console.log(`Bun ${Bun.version}, ${REPEATS} repeats of ${CALLS} calls in turns.\n`);
console.log('| | ns a call, median (least – most) | more than the bare call |');
console.log('|---|---|---|');
for (const [index, [what]] of ROWS.entries()) {
  const own = times[index] ?? [];
  const { min, median, max } = spread(own);
  // Of the same repeat, so that both had the same machine.
  const more = spread(own.map((time, repeat) => time - (times[0]?.[repeat] ?? Number.NaN)));
  const added = index === 0 ? '' : `${short(more.median)} (${short(more.min)} – ${short(more.max)})`;
  console.log(`| ${what} | ${short(median)} (${short(min)} – ${short(max)}) | ${added} |`);
}
