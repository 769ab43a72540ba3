import { describe, expect, test } from 'bun:test';
import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import { nothing, type Script, ScriptedFetch } from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';

const JAVA = ['strimzi', 'confluent-v2', 'confluent-v3'] as const;
const MISSING = { kind: 'failed', blame: 'topic', reason: 'UNKNOWN_TOPIC_OR_PARTITION' };

function setup(dialect: DialectName, script: Script) {
  const clock = new FakeClock();
  const { fetch, seen } = new ScriptedFetch(script);
  const clusterId = dialect === 'confluent-v3' ? 'c' : undefined;
  const settings = { dialect, clusterId, fetch, timeoutMs: 1000 };
  return { clock, seen, publisher: openRest({ url: 'http://proxy.example' }, settings, clock) };
}

const check = (dialect: DialectName, script: Script) => setup(dialect, script).publisher.checkTopic('a.b');

/** An error of a proxy, which is about the topic. */
const answers = (status: number, code: number) => () =>
  Response.json({ error_code: code, message: 'The topic is not there.' }, { status });

describe('a topic', () => {
  test.each(JAVA)('at %s is ready where each partition has its leader', async (dialect) => {
    const led = (leaders: readonly unknown[]) => {
      const partitions = leaders.map((leader, partition) => ({ partition, leader, replicas: [] }));
      return check(dialect, () =>
        Response.json(dialect === 'confluent-v3' ? { data: partitions } : partitions),
      );
    };
    expect(await led([1, { related: 'x' }, undefined])).toEqual({ kind: 'ready', partitions: 3 });
    for (const nobody of [null, -1])
      expect(await led([1, nobody])).toEqual({
        kind: 'failed',
        blame: 'topic',
        reason: 'LEADER_NOT_AVAILABLE',
      });
  });

  test.each(JAVA)('at %s that is missing, or refused to us, is said to be', async (dialect) => {
    expect(await check(dialect, answers(404, dialect === 'strimzi' ? 404 : 40_401))).toMatchObject(MISSING);
    expect(await check(dialect, answers(403, 40_301))).toMatchObject({
      reason: 'TOPIC_AUTHORIZATION_FAILED',
    });
  });

  test('at redpanda is there where the list names it', async () => {
    expect(await check('redpanda', () => Response.json(['a', 'a.b']))).toEqual({
      kind: 'ready',
      partitions: undefined,
    });
    expect(await check('redpanda', () => Response.json(['a', 'a.bc']))).toMatchObject(MISSING);
  });

  test.each([...JAVA, 'redpanda'] as const)('at %s is not ready where nobody tells', async (dialect) => {
    for (const script of [() => new Response('<html>'), () => new Response('', { status: 502 })])
      expect(await check(dialect, script)).toMatchObject({ kind: 'failed' });
    const { clock, publisher } = setup(dialect, nothing);
    const late = publisher.checkTopic('a.b');
    await clock.advance(1000);
    expect(await late).toEqual({ kind: 'failed', blame: 'kafka', reason: 'Kafka gave no answer in time' });
  });
});
