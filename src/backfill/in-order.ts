import type { Message } from '../accept/message.ts';
import { orderKeyOf } from '../accept/order-key.ts';
import { publishInOrder } from '../accept/publish-in-order.ts';
import type { Verdict } from '../ports/fallback-list.ts';
import type { Publisher } from '../ports/publisher.ts';

/** Publishes each key's messages one after another, for as long as `mayGoOn` says so. */
export function inOrderPublisher(
  publisher: Pick<Publisher, 'publish'>,
  mayGoOn: () => boolean,
): Pick<Publisher, 'publish'> {
  return { publish: (messages) => publishInOrder(messages, (wave) => publisher.publish(wave), { mayGoOn }) };
}

/**
 * The verdict on a message where the order of each key is kept: what leaves the list is counted down,
 * and at the tail a message would stand behind later ones of its key.
 */
export function inOrderVerdict(verdict: Verdict, message: Message | undefined): Verdict {
  const orderKey = message && orderKeyOf(message);
  if (orderKey === undefined) return verdict;
  switch (verdict.kind) {
    case 'done':
    case 'dead':
      return { ...verdict, orderKey };
    case 'defer':
    case 'return':
      return { kind: 'return' };
  }
}
