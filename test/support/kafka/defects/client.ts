import type { Publisher } from '../../../../src/ports/publisher.ts';

/** What a scenario needs of a publisher. */
export type Client = Pick<Publisher, 'publish' | 'close'>;

/** How a scenario wants KafkaJS to be used where a defect depends on it. A driver of its own ignores it. */
export interface Habits {
  readonly retries?: number;
  readonly idempotent?: boolean;
  readonly metadataMaxAge?: number;
}

/** Opens a client whose every wait ends after a few hundred milliseconds. It may connect later. */
export type OpenClient = (brokers: readonly string[], habits?: Habits) => Client;
