import type { TopicCheck } from '../../../ports/publisher.ts';
import { membersOf, parse } from './json.ts';

/** What a list of a topic's partitions says of it. One that is not read to its end says that it is there. */
export function checkPartitions(list: unknown): TopicCheck {
  if (!Array.isArray(list)) return { kind: 'ready', partitions: undefined };
  if (list.length > 0 && list.every(hasLeader)) return { kind: 'ready', partitions: list.length };
  return { kind: 'failed', reason: 'LEADER_NOT_AVAILABLE' };
}

/** Where nothing is told of a leader, there is one. */
function hasLeader(partition: unknown): boolean {
  const { leader } = membersOf(partition);
  return leader !== null && leader !== -1;
}

/** What the names of all topics, as JSON, say of one of them. */
export function checkNames(topic: string, text: string): TopicCheck {
  // No name of a topic has a character that is escaped.
  if (text.includes(JSON.stringify(topic))) return { kind: 'ready', partitions: undefined };
  const isWhole = Array.isArray(parse(text));
  return {
    kind: 'failed',
    reason: isWhole ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'The list of topics is longer than is read',
  };
}
