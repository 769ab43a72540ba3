import type { Message } from '../message/message.ts';
import { orderKeyOf } from '../message/order-key.ts';
import { publishInOrder } from '../accept/publish-in-order.ts';
import type { Settlement } from '../ports/fallback-list.ts';
import type { Publisher } from '../ports/publisher.ts';

/** A publisher that sends each key's messages one after another, for as long as `mayGoOn` allows. */
export function inOrderPublisher(
  publisher: Pick<Publisher, 'publish'>,
  mayGoOn: () => boolean,
): Pick<Publisher, 'publish'> {
  return { publish: (messages) => publishInOrder(messages, (wave) => publisher.publish(wave), { mayGoOn }) };
}

/**
 * The settlement where the order of each key is kept: an entry that leaves the list names its key, which
 * is counted down, and none is deferred, since at the tail it would follow later messages of its key.
 */
export function inOrderVerdict(verdict: Settlement, message: Message | undefined): Settlement {
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
