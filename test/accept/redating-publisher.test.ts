import { describe, expect, test } from 'bun:test';
import { RedatingPublisher } from '../../src/accept/redating-publisher.ts';
import type { Message } from '../../src/message/message.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';

const HOUR = 3_600_000;
const REFUSED: PublishResult = { kind: 'rejected', cause: 'timestamp', reason: 'INVALID_TIMESTAMP' };

/** Kafka takes timestamps of the last hour, and of the next, by a clock of its own. */
function setup({ aheadMs = 0 } = {}) {
  const clock = new FakeClock();
  const kafkaNow = () => clock.wallTime() - aheadMs;
  const inner = new FakePublisher();
  inner.answer = ({ timestamp }) => (Math.abs(timestamp - kafkaNow()) <= HOUR ? PUBLISHED : REFUSED);
  return { clock, inner, publisher: new RedatingPublisher(inner, clock) };
}

const undated = (timestamp: number, over: Partial<Message> = {}) =>
  aMessage({ timestamp, undated: true, ...over });

describe('a message that its client left undated', () => {
  test('is dated anew when Kafka refuses it for its age, and a dated one is rejected', async () => {
    const { clock, inner, publisher } = setup();
    const old = clock.wallTime() - 2 * HOUR;
    const messages = [
      undated(old, { id: 'a' }),
      aMessage({ timestamp: old, id: 'b' }),
      undated(clock.wallTime()),
    ];
    expect(await publisher.publish(messages)).toEqual([PUBLISHED, REFUSED, PUBLISHED]);
    expect(inner.calls).toHaveLength(2);
    expect(inner.calls[1]).toEqual([undated(clock.wallTime(), { id: 'a' })]);
  });

  test('keeps its time where Kafka takes it', async () => {
    const { clock, inner, publisher } = setup();
    const message = undated(clock.wallTime() - 1000);
    await publisher.publish([message]);
    expect(inner.calls).toEqual([[message]]);
  });

  test('is dated anew before it is sent, where one of its topic and age was refused', async () => {
    const { clock, inner, publisher } = setup();
    const old = clock.wallTime() - 2 * HOUR;
    await publisher.publish([undated(old)]);
    inner.calls.length = 0;
    await publisher.publish([undated(old - 1), undated(old - 1, { topic: 'another' })]);
    expect(inner.calls[0]?.map(({ timestamp }) => timestamp)).toEqual([clock.wallTime(), old - 1]);
  });

  test('fails by no fault of the client where the clock of this host is wrong', async () => {
    const { clock, publisher } = setup({ aheadMs: 2 * HOUR });
    const [result] = await publisher.publish([undated(clock.wallTime())]);
    expect(result).toEqual({
      kind: 'failed',
      blame: 'topic',
      reason: 'INVALID_TIMESTAMP: Kafka refuses the time of this host, so set its clock',
      maybeWritten: false,
    });
  });
});
