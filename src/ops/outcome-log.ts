import type { Message } from '../accept/message.ts';
import type { Outcome } from '../accept/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** A flood of messages must not become a flood of lines. */
const QUIET_MS = 1000;

/** Tells the operators when the fallback sets in and ends, topic by topic, and when messages can't be taken. */
export function createOutcomeLog(log: Log, clock: Clock): (outcome: Outcome, message: Message) => void {
  /** Topics on the detour → when a message last took it. */
  const diverted = new Map<string, number>();
  const throttle = createThrottle(clock);
  return (outcome, { id, topic }) => {
    switch (outcome.kind) {
      case 'published': {
        const last = diverted.get(topic);
        // Where some fail and some do not, the fallback goes on.
        if (last === undefined || clock.now() - last < QUIET_MS) return;
        diverted.delete(topic);
        log.info('Fallback ended - messages reach Kafka again', { topic });
        return;
      }
      case 'queued': {
        const active = diverted.has(topic);
        diverted.set(topic, clock.now());
        if (active) return;
        log.warning('Fallback active - messages go to the Redis list, answered with X-Fallback-Mode: true', {
          topic,
        });
        return;
      }
      case 'duplicate':
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

/** Answers true at most once in `QUIET_MS` for each name. */
function createThrottle(clock: Clock): (name: string) => boolean {
  const last = new Map<string, number>();
  return (name) => {
    const now = clock.now();
    if (now - (last.get(name) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
    last.set(name, now);
    return true;
  };
}
