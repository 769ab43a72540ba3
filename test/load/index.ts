// Users that post messages, one after another, until ctrl-C: the operator guide's load test.
import { closeSync, openSync, writeSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { type LoadOptions, readOptions, USAGE } from './options.ts';
import { post } from './post.ts';
import { Swarm } from './swarm.ts';
import { Tally } from './tally.ts';

function optionsOrExit(): LoadOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'unknown'}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { host, users, spawnRate, runTimeMs, accepted } = optionsOrExit();
const file = accepted === undefined ? undefined : openSync(accepted, 'w');
// An id that an earlier run has used would be answered with its receipt.
const run = crypto.randomUUID().slice(0, 8);
const total = new Tally();
let recent = new Tally();
let count = 0;

const began = performance.now();
const swarm = new Swarm({
  clock: systemClock,
  users,
  spawnRate,
  async post() {
    const answer = await post(host, `load-${run}-${count++}`);
    total.add(answer);
    recent.add(answer);
    if (file !== undefined && answer.status === 202) writeSync(file, `${answer.id}\n`);
  },
});

let printedAt = began;
const printing = setInterval(() => {
  const now = performance.now();
  const time = `${Math.round((now - began) / 1000)} s`;
  console.log(`${time.padStart(6)}, ${swarm.size} users, ${recent.line((now - printedAt) / 1000)}`);
  printedAt = now;
  recent = new Tally();
}, 1000);

const stop = Promise.withResolvers<void>();
/** `bun run` hands a ctrl-C on that the terminal has sent already: what comes at once is the same one. */
const SAME_SIGNAL_MS = 500;
let toldAt: number | undefined;
const onSignal = () => {
  if (toldAt !== undefined && performance.now() - toldAt > SAME_SIGNAL_MS) process.exit(1);
  toldAt ??= performance.now();
  stop.resolve();
};
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
if (runTimeMs !== undefined) setTimeout(stop.resolve, runTimeMs);
await stop.promise;

await swarm.stop();
clearInterval(printing);
if (file !== undefined) closeSync(file);
const seconds = (performance.now() - began) / 1000;
console.log(`\nTotal: ${total.count} requests in ${seconds.toFixed(1)} s, ${total.line(seconds).trim()}`);
process.exit(total.failed > 0 ? 1 : 0);
