import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import { confluentV2Proxy } from './confluent-v2.ts';
import { confluentV3Proxy } from './confluent-v3.ts';
import type { ProxyDialect } from './server.ts';
import { redpandaProxy } from './redpanda.ts';
import { strimziProxy } from './strimzi.ts';

export const DIALECT_PROXIES: Readonly<Record<DialectName, ProxyDialect>> = {
  strimzi: strimziProxy,
  'confluent-v2': confluentV2Proxy,
  'confluent-v3': confluentV3Proxy,
  redpanda: redpandaProxy,
};
