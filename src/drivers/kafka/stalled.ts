/** Result of a record that was not sent: Kafka is silent for longer than its caller's patience. */
export const STALLED = { kind: 'refused', because: 'stalled', retryInMs: 0 } as const;
