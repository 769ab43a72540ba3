import { describe, expect, test } from 'bun:test';
import { launchOf } from '../support/process/runtimes.ts';
import { startChild } from '../support/process/child.ts';
import { tempDir } from '../support/process/temp-dir.ts';

type Variables = Readonly<Record<string, string>>;

const KAFKA = { KAFKA_BROKERS: '127.0.0.1:1' };
const REDIS = { REDIS_URL: 'redis://127.0.0.1:1' };
const BOTH = { EMBEDDED: 'kafka,redis' };

const NO_KAFKA =
  'KAFKA_BROKERS or KAFKA_REST_URL must be set; EMBEDDED=kafka takes a log in local files instead, for development';
const NO_REDIS =
  'REDIS_URL or UPSTASH_REDIS_REST_URL must be set; EMBEDDED=redis takes a list in local files instead, for development';
const stray = (name: string, meant: string) =>
  `${name} is set, but Spillway has no such setting: did you mean ${meant}?`;

const READY = /(Listening on|Backfill worker started)[^\n]*\n/;
const TEST_MS = 60_000;

/** Runs an entry with these settings and no others, until it listens or ends; answers what it has printed. */
async function outcomeOf(file: string, variables: Variables): Promise<string> {
  const { path: dir } = tempDir();
  const { command } = await launchOf('bun', `src/entry/${file}.ts`);
  const env = { PORT: '0', SHUTDOWN_DELAY_SECONDS: '0', ...variables };
  try {
    const child = await startChild(file, { command, env }, { dir, ready: READY });
    await child.end('SIGTERM');
    return `started: ${child.output()}`;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a broken set-up does not start, and the refusal names the cause', () => {
  test.each<[string, Variables, string[]]>([
    ['nothing is set', {}, [NO_KAFKA, NO_REDIS]],
    [
      'the brokers are in a variable of a similar name',
      { KAFKA_BROKER: 'kafka:9092', ...REDIS },
      [NO_KAFKA, stray('KAFKA_BROKER', 'KAFKA_BROKERS')],
    ],
    [
      'the brokers are in the variable of another system',
      { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', ...REDIS },
      [NO_KAFKA, stray('KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS')],
    ],
    [
      'Redis is in a variable of a similar name, and a worker is to drain it',
      { ...KAFKA, REDIS_URI: 'redis://redis:6379', BACKFILL: 'off' },
      [NO_REDIS, stray('REDIS_URI', 'REDIS_URL')],
    ],
    [
      'a variable has its name in lower case',
      { kafka_brokers: 'kafka:9092', ...REDIS },
      [NO_KAFKA, stray('kafka_brokers', 'KAFKA_BROKERS')],
    ],
    [
      'an embedded list is left to a worker',
      { ...BOTH, BACKFILL: 'off' },
      [
        'EMBEDDED=redis and BACKFILL=off contradict each other: the list is in files of the API, which has to drain it itself',
      ],
    ],
    [
      'Kafka is real and embedded',
      { ...KAFKA, ...BOTH },
      ['EMBEDDED=kafka and KAFKA_BROKERS are both set: choose one of them'],
    ],
    [
      'Redis is real and embedded',
      { EMBEDDED: 'redis', ...KAFKA, ...REDIS },
      ['EMBEDDED=redis and REDIS_URL are both set: choose one of them'],
    ],
    [
      'something is embedded that can not be',
      { EMBEDDED: 'all' },
      ['EMBEDDED must be kafka or redis, with commas between several'],
    ],
    ['one of two parts is embedded', { EMBEDDED: 'kafka' }, [NO_REDIS]],
    [
      'several processes are to share an embedded part',
      { ...BOTH, PROCESSES: '2' },
      ['EMBEDDED and PROCESSES contradict each other: the files of an embedded part are for one process'],
    ],
    [
      'two forms of Kafka are set',
      { ...KAFKA, ...REDIS, KAFKA_REST_URL: 'http://a', KAFKA_REST_DIALECT: 'strimzi' },
      ['KAFKA_BROKERS and KAFKA_REST_URL are both set: choose one of them'],
    ],
    [
      'TLS is wanted, and the key is missing',
      { ...BOTH, TLS_CERT_FILE: '/tls/cert.pem' },
      ['TLS_KEY_FILE must be set with TLS_CERT_FILE'],
    ],
    [
      'the files for TLS are missing',
      { ...BOTH, TLS_CERT_FILE: '/nowhere/cert.pem', TLS_KEY_FILE: '/nowhere/key.pem' },
      [
        "TLS_CERT_FILE names a file that can't be read: ENOENT",
        "TLS_KEY_FILE names a file that can't be read: ENOENT",
      ],
    ],
  ])('%s', async (_, variables, sentences) => {
    const output = await outcomeOf('bun', variables);
    expect(output).toContain('ended with 1');
    const lines = output.split('\n').map((line) => line.trim());
    for (const sentence of sentences) expect(lines).toContain(sentence);
    expect(output).not.toContain('    at ');
  });

  test.each(['backfill', 'doctor'])('%s refuses what the API refuses', async (file) => {
    const output = await outcomeOf(file, { KAFKA_BROKER: 'kafka:9092', REDIS_URI: 'redis://redis:6379' });
    expect(output).toContain('ended with 1');
    for (const text of [
      NO_KAFKA,
      NO_REDIS,
      stray('KAFKA_BROKER', 'KAFKA_BROKERS'),
      stray('REDIS_URI', 'REDIS_URL'),
    ])
      expect(output).toContain(text);
  });
});

const EMBEDDED = {
  kafka:
    'Kafka is embedded: messages go to files in ./data, and to no broker. For development only; set KAFKA_BROKERS or KAFKA_REST_URL',
  redis:
    'The list is embedded: messages are parked in files in ./data, and in no Redis. For development only; set REDIS_URL or UPSTASH_REDIS_REST_URL',
};

describe('a set-up that is odd but works starts, and the log and the doctor name what is odd', () => {
  test.each<[string, Variables, string[]]>([
    ['Kafka and Redis are embedded', BOTH, [EMBEDDED.kafka, EMBEDDED.redis]],
    ['Kafka is embedded beside a real Redis', { EMBEDDED: 'kafka', ...REDIS }, [EMBEDDED.kafka]],
    ['Redis is embedded beside a real Kafka', { EMBEDDED: 'redis', ...KAFKA }, [EMBEDDED.redis]],
    [
      'a bound has a name that is none, so that the list has none',
      { ...KAFKA, ...REDIS, FALLBACK_MAXLENGTH: '1000' },
      [stray('FALLBACK_MAXLENGTH', 'FALLBACK_MAX_LENGTH')],
    ],
    [
      'another system shares the environment',
      { ...KAFKA, ...REDIS, KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', REDIS_PORT: 'tcp://10.0.0.1:6379' },
      [stray('KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS')],
    ],
  ])(
    '%s',
    async (_, variables, sentences) => {
      const started = await outcomeOf('bun', variables);
      expect(started).toStartWith('started');
      const warnings = started.matchAll(/ - WARNING - (.*(?:embedded|no such setting).*)$/gm);
      expect([...warnings].map(([, text = '']) => text)).toEqual(sentences);

      const doctor = await outcomeOf('doctor', variables);
      const found = doctor.matchAll(/^warning +settings +(.*)$/gm);
      expect([...found].map(([, text = '']) => text)).toEqual(sentences);
    },
    TEST_MS,
  );
});

test(
  'a worker whose list is embedded says so: it drains the files of its own directory',
  async () => {
    const output = await outcomeOf('backfill', BOTH);
    expect(output).toStartWith('started');
    expect(output).toContain(`WARNING - ${EMBEDDED.redis}`);
  },
  TEST_MS,
);
