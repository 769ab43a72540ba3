import type { DialectName } from '../../../src/drivers/kafka/rest/dialects.ts';
import { confluentV2Front } from './confluent-v2.ts';
import { confluentV3Front } from './confluent-v3.ts';
import type { FrontDialect } from './front.ts';
import { redpandaFront } from './redpanda.ts';
import { strimziFront } from './strimzi.ts';

export const FRONTS: Readonly<Record<DialectName, FrontDialect>> = {
  strimzi: strimziFront,
  'confluent-v2': confluentV2Front,
  'confluent-v3': confluentV3Front,
  redpanda: redpandaFront,
};
