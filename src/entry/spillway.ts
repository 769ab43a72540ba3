import { version } from '../../package.json';

const HELP = `Spillway ${version}: takes messages over HTTP and puts them into Kafka

  spillway serve      runs the API, which also drains the fallback list (BACKFILL=off: it does not)
  spillway backfill   runs a worker that drains the list, and nothing else
  spillway doctor     checks the settings, Kafka and its topics, Redis and its durability; ends with 1 if one is broken
  spillway health     ends with 0 if the API on this machine is alive: for the health check of a container

All settings are environment variables, and none is needed.`;

/** Each runs by being imported. */
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  serve: () => import('./bun.ts'),
  backfill: () => import('./backfill.ts'),
  doctor: () => import('./doctor.ts'),
  health: () => import('./health.ts'),
};

// Before anything that takes its time to load.
await import('./signals.ts');

const [name = '', ...rest] = process.argv.slice(2);
const command = rest.length === 0 && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) await command();
else if (['--help', '-h', 'help'].includes(name)) console.log(HELP);
else {
  console.error(name === '' ? HELP : `There is no command "${[name, ...rest].join(' ')}"\n\n${HELP}`);
  process.exit(2);
}
