import { describe, expect, test } from 'bun:test';
import { Pace } from '../../src/backfill/pace.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';

function setup() {
  const clock = new FakeClock();
  const publisher = new FakePublisher();
  const pace = new Pace(publisher, clock);
  /** Publishes one batch that takes so long, and answers the size of the next. */
  async function batch({ tookMs = 5, result = PUBLISHED } = {}): Promise<number> {
    const answered = Promise.withResolvers<PublishResult>();
    publisher.answer = () => answered.promise;
    const published = pace.publish([aMessage()]);
    await clock.advance(tookMs);
    answered.resolve(result);
    await published;
    return pace.size;
  }
  const grow = async (count: number) => {
    for (let index = 0; index < count; index++) await batch();
  };
  return { pace, batch, grow };
}

describe('Pace', () => {
  test('grows by steps while Kafka answers well, up to what gains anything', async () => {
    const { pace, batch, grow } = setup();
    expect(pace.size).toBe(10);
    expect(await batch()).toBe(35);
    expect(await batch()).toBe(60);
    await grow(30);
    expect(pace.size).toBe(500);
  });

  test('is halved by a batch that took clearly longer than the fastest', async () => {
    const { batch, grow } = setup();
    await grow(30);
    expect(await batch({ tookMs: 14 })).toBe(500);
    expect(await batch({ tookMs: 16 })).toBe(250);
    expect(await batch({ tookMs: 16 })).toBe(125);
    expect(await batch()).toBe(150);
  });

  test('gets used to a Kafka that has become slower for good', async () => {
    const { pace, batch, grow } = setup();
    await grow(30);
    for (let count = 0; count < 40; count++) await batch({ tookMs: 30 });
    await batch({ tookMs: 30 });
    const then = pace.size;
    expect(await batch({ tookMs: 30 })).toBeGreaterThan(then);
  });

  test('is not made smaller than it need be by a Kafka that is slow anyway', async () => {
    const { batch, grow } = setup();
    await grow(2);
    expect(await batch({ tookMs: 100 })).toBe(50);
    expect(await batch({ tookMs: 100 })).toBe(50);
  });

  test('does not mistake a long way to Kafka for a slow Kafka', async () => {
    const { batch } = setup();
    await batch({ tookMs: 80 });
    expect(await batch({ tookMs: 115 })).toBe(60);
    expect(await batch({ tookMs: 135 })).toBe(50);
  });

  test.each<[string, PublishResult]>([
    ['a fault', KAFKA_DOWN],
    ['a refusal', { kind: 'refused', because: 'busy', retryInMs: 0 }],
  ])('begins with little again after %s', async (_, result) => {
    const { batch, grow } = setup();
    await grow(30);
    expect(await batch({ result })).toBe(10);
  });

  test('is not slowed down by what is the fault of a topic or of a message', async () => {
    const { batch } = setup();
    const topic: PublishResult = { kind: 'failed', blame: 'topic', reason: 'x', maybeWritten: false };
    expect(await batch({ result: topic })).toBe(35);
    expect(await batch({ result: { kind: 'rejected', cause: 'invalid', reason: 'x' } })).toBe(60);
  });
});
