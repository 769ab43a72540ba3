import { type Clock, pause } from '../../ports/clock.ts';
import { classify } from './errors.ts';
import { Line, type LineSettings } from './line.ts';

/** So long a broker may stay silent before the next one is asked as well. */
const SILENCE_MS = 250;
/** A topic that is being made is unknown for a moment, and then has no leader for another. */
const LEADER_WAIT_MS = 50;

export interface OpenSettings extends LineSettings {
  /** `host:port` each; the others of the cluster are learnt from them. */
  readonly brokers: readonly string[];
}

interface OpenRequest {
  readonly settings: OpenSettings;
  readonly topic: string;
  /** How often to ask for a topic that is not there yet. */
  readonly tries: number;
  readonly clock: Clock;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Opens a line by the first of the brokers that answers: one that is down or frozen costs no more
 * than a moment. Rejects with what the brokers said where none was of use, and when `signal` aborts.
 */
export async function openLine({ settings, topic, signal, ...how }: OpenRequest): Promise<Line> {
  const lines: Line[] = [];
  let opened: Line | undefined;
  const begin = async (seed: string) => {
    if (opened ?? signal.aborted) throw new Error('No longer needed');
    const line = new Line(settings, seed, topic);
    lines.push(line);
    await makeReady(line, { ...how, signal });
    return line;
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
    for (const line of lines) if (line !== opened) line.destroy();
  }
}

async function makeReady(
  line: Line,
  { tries, clock, signal }: Pick<OpenRequest, 'tries' | 'clock' | 'signal'>,
): Promise<void> {
  await line.connect();
  for (let tried = 1; ; tried++) {
    try {
      await line.loadMetadata();
      return;
    } catch (error) {
      const { result, again } = classify(error, 'opening');
      const notThereYet = again && result.kind === 'failed' && result.blame === 'topic';
      if (!notThereYet || tried >= tries || signal.aborted) throw error;
      await pause(clock, LEADER_WAIT_MS);
    }
  }
}

/** What a broker said tells more than that another one could not be reached. */
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
