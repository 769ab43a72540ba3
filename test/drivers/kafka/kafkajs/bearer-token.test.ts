import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandToken, fixedToken } from '../../../../src/drivers/kafka/kafkajs/bearer-token.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { unsignedJwt } from '../../../support/http/jwt.ts';
import { tempDir } from '../../../support/process/temp-dir.ts';
import { until } from '../../../support/process/wait.ts';

const directory = tempDir();
afterAll(() => directory.remove());

let files = 0;

/** A command that prints what `prints` tells it to, and how often it has run. */
function aCommand(clock: FakeClock) {
  const at = join(directory.path, String(files++));
  writeFileSync(`${at}.runs`, '');
  return {
    prints: (text: string) => writeFileSync(at, text),
    runs: () => readFileSync(`${at}.runs`, 'utf8').length,
    token: new CommandToken(`printf x >> ${at}.runs && cat ${at}`, clock),
  };
}

const failure = (token: CommandToken) =>
  token.get().then(
    () => 'none',
    (error: unknown) => String(error),
  );

const failureOf = (command: string, timeoutMs = 10_000) =>
  failure(new CommandToken(command, new FakeClock(), { timeoutMs }));

describe('fixedToken', () => {
  test('stays, whatever a broker thinks of it', async () => {
    const token = fixedToken('t');
    token.forget('t');
    expect(await token.get()).toBe('t');
  });
});

describe('CommandToken', () => {
  test('what the shell command prints is the token; it runs once for all who wait', async () => {
    const { token, prints, runs } = aCommand(new FakeClock());
    prints('  some.token\n');
    const tokens = await Promise.all([token.get(), token.get(), token.get()]);
    expect(tokens).toEqual(['some.token', 'some.token', 'some.token']);
    expect(await token.get()).toBe('some.token');
    expect(runs()).toBe(1);
  });

  test('a new token is fetched before the old one expires, and nobody waits for it', async () => {
    const clock = new FakeClock();
    const { token, prints, runs } = aCommand(clock);
    const exp = (clock.wall + 100_000) / 1000;
    const [first, second] = [unsignedJwt({ exp }), unsignedJwt({ exp: exp + 1000 })];
    prints(first);
    await token.get();
    clock.wall += 79_000;
    expect(await token.get()).toBe(first);
    expect(runs()).toBe(1);
    prints(second);
    clock.wall += 2000;
    expect(await token.get()).toBe(first);
    await until('the new token is there', async () => (await token.get()) === second);
    expect(runs()).toBe(2);
  });

  test('a failure to renew it does not end it before its time', async () => {
    const clock = new FakeClock();
    const { token, prints } = aCommand(clock);
    const jwt = unsignedJwt({ exp: (clock.wall + 100_000) / 1000 });
    prints(jwt);
    await token.get();
    prints('not a token');
    clock.wall += 99_000;
    expect(await token.get()).toBe(jwt);
    clock.wall += 1001;
    expect(await failure(token)).toContain('printed no token');
  });

  test('a token without `exp` serves for a minute', async () => {
    const clock = new FakeClock();
    const { token, prints } = aCommand(clock);
    prints('one');
    await token.get();
    prints('two');
    clock.wall += 47_000;
    expect(await token.get()).toBe('one');
    clock.wall += 13_000;
    expect(await token.get()).toBe('two');
  });

  test('one that a broker has refused is not offered again', async () => {
    const { token, prints } = aCommand(new FakeClock());
    prints('one');
    await token.get();
    prints('two');
    token.forget('an older one');
    expect(await token.get()).toBe('one');
    token.forget('one');
    expect(await token.get()).toBe('two');
  });

  test('a failure tells what is wrong and nothing that was printed; the next call tries again', async () => {
    expect(await failureOf('echo secret; echo secret >&2; exit 3')).toBe(
      'Error: The token command ended with status 3: run it by hand to see why',
    );
    expect(await failureOf('echo secret secret')).toContain('printed no token');
    expect(await failureOf('echo secret secret')).not.toContain('secret');
    expect(await failureOf('true')).toContain('printed no token');
    expect(await failureOf('yes')).toContain('printed more than a token');
    expect(await failureOf(`echo ${unsignedJwt({ exp: 1 })}`)).toContain('has expired');
    const { token, prints } = aCommand(new FakeClock());
    expect(await failure(token)).toContain('ended with status 1');
    prints('at.last');
    expect(await token.get()).toBe('at.last');
  });

  test('a command that hangs is killed, with all that it started', async () => {
    const pid = join(directory.path, 'pid');
    const started = performance.now();
    expect(await failureOf(`sleep 60 & echo $! > ${pid}; wait`, 200)).toContain('longer than 0.2 s');
    expect(performance.now() - started).toBeLessThan(2000);
    await until('it is gone', () => !isRunning(Number(readFileSync(pid, 'utf8'))));
  });
});

function isRunning(pid: number): boolean {
  try {
    // What was killed and not yet waited for by its parent counts as gone.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
