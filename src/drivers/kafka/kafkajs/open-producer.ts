import { type Clock, pause } from '../../../ports/clock.ts';
import { classify } from '../errors.ts';
import { TopicProducer, type ProducerSettings } from './topic-producer.ts';

/** Delay between connection attempts, as in Happy Eyeballs (RFC 8305). */
const SILENCE_MS = 250;
/** Pause between metadata requests: a topic under creation is unknown at first, and then has no leader yet. */
const LEADER_WAIT_MS = 50;

export interface OpenSettings extends ProducerSettings {
  /** Bootstrap brokers, `host:port` each. The rest of the cluster is discovered from them. */
  readonly brokers: readonly string[];
}

interface OpenRequest {
  readonly settings: OpenSettings;
  readonly topic: string;
  /** Metadata requests for a topic that is missing or has no leader yet. */
  readonly tries: number;
  readonly clock: Clock;
  /** Cancels the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Staggered connection race over the bootstrap brokers, in the manner of Happy Eyeballs (RFC 8305): the order
 * is random, the next broker is tried after `SILENCE_MS` or a failure, and the first one that is ready wins.
 * A broker that is down or frozen costs a moment only. Rejects with the most telling error if all fail, and
 * when `signal` aborts.
 */
export async function openProducer({ settings, topic, signal, ...how }: OpenRequest): Promise<TopicProducer> {
  const producers: TopicProducer[] = [];
  let opened: TopicProducer | undefined;
  const begin = async (seed: string) => {
    if (opened ?? signal.aborted) throw new Error('No longer needed');
    const producer = new TopicProducer(settings, seed, topic);
    producers.push(producer);
    await makeReady(producer, { ...how, signal });
    return producer;
  };
  let turn = Promise.resolve();
  const attempts = shuffle(settings.brokers).map((seed) => {
    const attempt = turn.then(() => begin(seed));
    const ended = attempt.then(doNothing, doNothing);
    turn = turn.then(() => Promise.race([ended, pause(how.clock, SILENCE_MS)]));
    return attempt;
  });
  try {
    opened = await Promise.race([Promise.any(attempts), whenAborted(signal)]);
    return opened;
  } catch (error) {
    throw error instanceof AggregateError ? mostTelling(error.errors) : error;
  } finally {
    for (const producer of producers) if (producer !== opened) producer.destroy();
  }
}

async function makeReady(
  producer: TopicProducer,
  { tries, clock, signal }: Pick<OpenRequest, 'tries' | 'clock' | 'signal'>,
): Promise<void> {
  await producer.connect();
  for (let tried = 1; ; tried++) {
    try {
      await producer.loadMetadata();
      return;
    } catch (error) {
      const { result, again } = classify(error, 'opening');
      const notThereYet = again && result.kind === 'failed' && result.blame === 'topic';
      if (!notThereYet || tried >= tries || signal.aborted) throw error;
      await pause(clock, LEADER_WAIT_MS);
    }
  }
}

/** An error response of a broker tells more than a failed connection. */
function mostTelling(errors: readonly unknown[]): unknown {
  return errors.find((error) => classify(error, 'opening').answered) ?? errors[0];
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('No broker answered in time')), { once: true });
  });
}

function doNothing(): void {}

function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
