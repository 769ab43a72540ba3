import type { Message } from '../message/message.ts';
import type { Outcome } from '../accept/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { causeOf, isTopics, textOf } from './detour-cause.ts';

/** Log throttling interval, in milliseconds: a flood of messages must not become a flood of lines. */
const QUIET_MS = 1000;

/**
 * Edge-triggered log of outcomes: the start and the end of the fallback for each topic, and throttled lines
 * for messages that are not accepted. A topic that turns out to be at fault itself, after Kafka as a whole,
 * is a start of its own. `kafkaReason`: why the last call to Kafka failed.
 */
export function createOutcomeLog(
  log: Log,
  clock: Clock,
  kafkaReason: () => string | undefined,
): (outcome: Outcome, message: Message) => void {
  /** Topic in fallback → when a message last took it, and whether the topic was at fault by then. */
  const diverted = new Map<string, { last: number; blamesTopic: boolean }>();
  const throttle = createThrottle(clock);
  return (outcome, { id, topic }) => {
    switch (outcome.kind) {
      case 'published': {
        const known = diverted.get(topic);
        // While some messages still fail, the fallback goes on.
        if (!known || clock.now() - known.last < QUIET_MS) return;
        diverted.delete(topic);
        log.info('Fallback ended - messages reach Kafka again', { topic });
        return;
      }
      case 'queued': {
        const known = diverted.get(topic);
        const blamesTopic = isTopics(causeOf(outcome.because));
        diverted.set(topic, { last: clock.now(), blamesTopic: blamesTopic || known?.blamesTopic === true });
        if (known && (known.blamesTopic || !blamesTopic)) return;
        log.warning('Fallback active - messages go to the Redis list, answered with X-Fallback-Mode: true', {
          topic,
          reason: textOf(outcome.because, kafkaReason()),
        });
        return;
      }
      case 'duplicate':
      case 'conflict':
      case 'in-flight':
        return;
      case 'limited':
        if (throttle('limited')) log.info('A client is over its rate limit - answered 429');
        return;
      case 'rejected':
        if (throttle('rejected'))
          log.warning('Kafka refused a message for good', { id, topic, reason: outcome.reason });
        return;
      case 'unavailable':
        if (!throttle(outcome.cause)) return;
        if (outcome.cause === 'both-open') {
          log.error('Both Kafka and Redis circuits open - cannot process message', {
            kafka_circuit_breaker: 'open',
            redis_circuit_breaker: 'open',
          });
        } else if (outcome.cause === 'list-full') {
          log.error('The fallback list is full - answered 503', { id, topic, reason: outcome.reason });
        } else {
          log.error('Neither Kafka nor Redis took a message - answered 503', {
            id,
            topic,
            reason: outcome.reason,
          });
        }
    }
  };
}

/** Throttle: answers true at most once in `QUIET_MS` for each name. */
function createThrottle(clock: Clock): (name: string) => boolean {
  const last = new Map<string, number>();
  return (name) => {
    const now = clock.now();
    if (now - (last.get(name) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
    last.set(name, now);
    return true;
  };
}
