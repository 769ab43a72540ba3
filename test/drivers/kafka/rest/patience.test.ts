import { describe, expect, test } from 'bun:test';
import { TopicPatience } from '../../../../src/drivers/kafka/rest/patience.ts';
import type { EarlyResult } from '../../../../src/ports/publisher.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { acknowledge, many, setup } from '../../../support/kafka/rest-proxy/scripted-publisher.ts';

const PATIENCE_MS = 300;

/** A proxy whose answers the test gives, one by one. */
function silentProxy() {
  const open: (() => void)[] = [];
  const { clock, proxy, publisher } = setup(async (call) => {
    await new Promise<void>((resolve) => open.push(resolve));
    return acknowledge(call, 0);
  });
  const publish = async (topic = 'a') => {
    let seen: EarlyResult | undefined;
    const result = publisher
      .publishWithin(
        many(1, () => ({ topic })),
        PATIENCE_MS,
      )
      .then(([early]) => {
        seen = early;
        return early;
      });
    await clock.advance(0);
    return { result, kind: () => (seen?.kind === 'refused' ? seen.because : seen?.kind) };
  };
  const answer = async () => {
    for (const each of open.splice(0)) each();
    await clock.advance(0);
  };
  return { clock, proxy, publish, answer };
}

describe('a message whose caller does not wait for ever', () => {
  test('is in doubt once its patience is over, and settled when the proxy answers after all', async () => {
    const { clock, publish, answer } = silentProxy();
    const message = await publish();
    await clock.advance(299);
    expect(message.kind()).toBeUndefined();
    await clock.advance(1);
    expect(message.kind()).toBe('in-doubt');
    await answer();
    const early = await message.result;
    expect(early?.kind === 'in-doubt' && (await early.settled)).toMatchObject({ kind: 'published' });
  });

  test('is settled as failed when its call fails after that', async () => {
    const { clock, publish } = silentProxy();
    const message = await publish();
    await clock.advance(60_000);
    const early = await message.result;
    expect(early?.kind === 'in-doubt' && (await early.settled)).toMatchObject({ kind: 'failed' });
  });

  test('goes nowhere behind a call that is silent for so long, and other topics go on', async () => {
    const { clock, proxy, publish } = silentProxy();
    await publish();
    await clock.advance(300);
    expect((await publish()).kind()).toBe('stalled');
    expect((await publish('b')).kind()).toBeUndefined();
    expect(proxy.seen).toHaveLength(2);
  });

  test('goes one at a time after a silent call, until one succeeds', async () => {
    const { clock, proxy, publish, answer } = silentProxy();
    await publish();
    await clock.advance(60_000);
    const trial = await publish();
    expect((await publish()).kind()).toBe('stalled');
    await answer();
    expect(trial.kind()).toBe('published');
    const before = proxy.seen.length;
    await publish();
    await publish();
    expect(proxy.seen.length - before).toBe(2);
  });

  test('does not wait for a call that the runtime has ended without a word', async () => {
    const clock = new FakeClock();
    const patience = new TopicPatience(clock, 3000);
    patience.begin('a');
    await clock.advance(3000);
    expect(patience.isStalled('a', PATIENCE_MS)).toBe(true);
    await clock.advance(1);
    expect(patience.isStalled('a', PATIENCE_MS)).toBe(false);
  });
});
