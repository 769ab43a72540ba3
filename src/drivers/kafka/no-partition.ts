import type { PublishResult } from '../../ports/publisher.ts';

/** Result for a message whose client chose a partition that its topic does not have. */
export function noPartition(partition: number, count: number): PublishResult {
  const reason = `The topic has no partition ${partition}: it has ${count}, from 0`;
  return { kind: 'rejected', cause: 'invalid', reason };
}
