import type { TopicCheck } from '../../../ports/publisher.ts';
import { membersOf, parse } from './json.ts';

/** Checks a topic by the list of its partitions. An incomplete list only shows that the topic exists. */
export function checkPartitions(list: unknown): TopicCheck {
  if (!Array.isArray(list)) return { kind: 'ready', partitions: undefined };
  if (list.length > 0 && list.every(hasLeader)) return { kind: 'ready', partitions: list.length };
  return { kind: 'failed', blame: 'topic', reason: 'LEADER_NOT_AVAILABLE' };
}

/** A proxy that says nothing about leaders reports partitions with a leader only. */
function hasLeader(partition: unknown): boolean {
  const { leader } = membersOf(partition);
  return leader !== null && leader !== -1;
}

/** Checks a topic by a JSON list of all topic names. */
export function checkNames(topic: string, text: string): TopicCheck {
  // Topic names contain no character that JSON escapes.
  if (text.includes(JSON.stringify(topic))) return { kind: 'ready', partitions: undefined };
  const isWhole = Array.isArray(parse(text));
  return {
    kind: 'failed',
    blame: isWhole ? 'topic' : 'kafka',
    reason: isWhole ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'The list of topics is longer than is read',
  };
}
