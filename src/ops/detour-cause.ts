import type { Unpublished } from '../ports/publisher.ts';

/** Closed set of the causes for which a message is parked, or stays so: the labels of the metrics. */
export type DetourCause =
  | 'circuit-open'
  | 'busy'
  | 'kafka-silent'
  | 'order'
  | 'topic-missing'
  | 'topic-denied'
  | 'topic-unavailable'
  | 'kafka-timeout'
  | 'kafka-denied'
  | 'kafka-failed'
  | 'given-up';

export function causeOf(result: Unpublished): DetourCause {
  switch (result.kind) {
    case 'refused':
      return REFUSAL_CAUSES[result.because];
    case 'failed':
      switch (result.blame) {
        case 'topic':
        case 'partition':
          return topicCause(result.reason);
        case 'kafka':
          return kafkaCause(result.reason);
        case 'caller':
          return 'given-up';
      }
  }
}

/** Whether the topic is at fault, and not Kafka as a whole. */
export function isTopics(cause: DetourCause): boolean {
  return cause.startsWith('topic-');
}

function topicCause(reason: string): DetourCause {
  if (/UNKNOWN_TOPIC|fewer partitions/.test(reason)) return 'topic-missing';
  return /AUTHORIZATION/.test(reason) ? 'topic-denied' : 'topic-unavailable';
}

function kafkaCause(reason: string): DetourCause {
  if (/no answer|timed? ?out/i.test(reason)) return 'kafka-timeout';
  return /SASL|AUTHORIZATION|authenticat/i.test(reason) ? 'kafka-denied' : 'kafka-failed';
}

const REFUSAL_CAUSES = {
  open: 'circuit-open',
  busy: 'busy',
  behind: 'order',
  stalled: 'kafka-silent',
} as const satisfies Record<string, DetourCause>;

const NOT_TRIED = {
  open: 'The Kafka circuit is open',
  busy: 'Too much waits for Kafka',
  behind: 'Earlier messages of its key wait in the list',
  stalled: 'Kafka gives no answer in time',
} as const;

/** Text of the cause. `kafkaReason` is why the last call to Kafka failed, which an open circuit hides. */
export function textOf(result: Unpublished, kafkaReason: string | undefined): string {
  if (result.kind === 'failed') return result.reason;
  const text = NOT_TRIED[result.because];
  return result.because === 'open' && kafkaReason !== undefined ? `${text}: ${kafkaReason}` : text;
}
