import { CONNECTIONS } from './connections.ts';
import { ENCODING } from './encoding.ts';
import { LOSSES } from './losses.ts';
import type { Scenario } from './scenario.ts';
import { TOPIC_TROUBLE } from './topics.ts';
import { WAITS } from './waits.ts';

/** The known defects and limits of KafkaJS, each as a situation in which a client shows whether it has it too. */
export const SCENARIOS: readonly Scenario[] = [
  ...LOSSES,
  ...CONNECTIONS,
  ...TOPIC_TROUBLE,
  ...ENCODING,
  ...WAITS,
].toSorted((a, b) => (a.defect ?? Number.MAX_VALUE) - (b.defect ?? Number.MAX_VALUE));
