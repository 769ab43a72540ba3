// Idempotent consumer: applies each message once, although Spillway delivers at least once.
// The id of a message is stored in the transaction of its effect, so a crash keeps both or neither.
//
//   KAFKA_BROKERS=localhost:9092 bun examples/dedup-consumer.ts

import { Database } from 'bun:sqlite';
import { Kafka, type KafkaMessage } from 'kafkajs';

/** Makes a handler that calls `apply` inside a transaction, and only for ids that it has not seen. */
export function applyOnce(
  db: Database,
  apply: (message: KafkaMessage) => void,
): (message: KafkaMessage) => 'applied' | 'repeat' {
  db.run('CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID');
  const remember = db.query('INSERT INTO seen (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING');
  return db.transaction((message: KafkaMessage) => {
    const id = message.headers?.['spillway-id']?.toString();
    // Records of other producers have no id, and nothing to compare.
    if (id !== undefined && remember.run(id, Date.now()).changes === 0) return 'repeat';
    apply(message);
    return 'applied';
  });
}

if (import.meta.main) {
  const { KAFKA_BROKERS = 'localhost:9092', KAFKA_TOPIC = 'messages' } = process.env;
  const db = new Database('consumer.db');
  db.run('CREATE TABLE IF NOT EXISTS totals (key TEXT PRIMARY KEY, messages INTEGER NOT NULL)');
  const count = db.query(
    'INSERT INTO totals VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET messages = messages + 1',
  );
  const handle = applyOnce(db, ({ key }) => count.run(key?.toString() ?? ''));

  const consumer = new Kafka({ brokers: KAFKA_BROKERS.split(',') }).consumer({ groupId: 'dedup-example' });
  await consumer.connect();
  await consumer.subscribe({ topics: [KAFKA_TOPIC], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message, partition }) => {
      console.log(`${handle(message)} partition ${partition} offset ${message.offset}`);
    },
  });
}
