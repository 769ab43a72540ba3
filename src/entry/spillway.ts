import { version } from '../../package.json';

const HELP = `Spillway ${version}: takes messages over HTTP and puts them into Kafka

  spillway serve      runs the API, which also drains the fallback list (BACKFILL=off: it does not)
  spillway backfill   runs a worker that drains the list, and nothing else
  spillway doctor     checks the settings, Kafka and its topics, Redis and its durability; ends with 1 if one is broken
  spillway key NAME   makes an API key for the client NAME, and its entry for API_KEYS
  spillway health     ends with 0 if the API on this machine is alive (health backfill: the worker), for containers

  spillway --help     prints this text (also: help, -h)
  spillway --version  prints the version (also: -v)

All settings are environment variables, described in docs/configuration.md. KAFKA_BROKERS and REDIS_URL are needed,
or others in their place.`;

const HELP_NAMES: readonly string[] = ['--help', '-h', 'help'];
const VERSION_NAMES: readonly string[] = ['--version', '-v'];

/** Commands: the import of a module runs it. */
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  serve: () => import('./bun.ts'),
  backfill: () => import('./backfill.ts'),
  doctor: () => import('./doctor.ts'),
  health: () => import('./health.ts'),
  'health backfill': () => import('./health.ts'),
  key: () => import('./key.ts'),
};

// Before slow imports.
await import('./signals.ts');

const given = process.argv.slice(2);
// The name of a key's client may be any.
const name = given[0] === 'key' && given.length === 2 ? 'key' : given.join(' ');
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) await command();
else if (HELP_NAMES.includes(name)) console.log(HELP);
else if (VERSION_NAMES.includes(name)) console.log(version);
else {
  console.error(name === '' ? HELP : `There is no command "${name}"\n\n${HELP}`);
  process.exit(2);
}
