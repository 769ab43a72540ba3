import type { Message } from '../accept/message.ts';
import type { PublishResult } from '../ports/publisher.ts';
import { drainBatch, type DrainDeps } from './drain.ts';

type Publish = (messages: readonly Message[]) => Promise<PublishResult[]>;

/**
 * Publishes the message at the head of the backlog, as a trial whether Kafka is back: metadata may
 * be answered where writing fails, and no client's message is risked. Answers as soon as its
 * result is known; undefined where there is none to be had. Never throws.
 */
export async function publishHead(
  publish: Publish,
  deps: Omit<DrainDeps, 'publisher'>,
): Promise<PublishResult[] | undefined> {
  const { promise, resolve } = Promise.withResolvers<PublishResult[] | undefined>();
  const publisher = {
    async publish(messages: readonly Message[]) {
      const results = await publish(messages);
      resolve(results);
      return results;
    },
  };
  // The entry is settled while others know the result already.
  void drainBatch({ ...deps, publisher }, new AbortController().signal, 1).finally(() => resolve(undefined));
  return promise;
}
