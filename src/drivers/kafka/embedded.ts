import { errorMessage } from '../../common/error-message.ts';
import { type Message, recordHeaders } from '../../message/message.ts';
import { valueText } from '../../message/record-value.ts';
import type { Probe } from '../../ports/probe.ts';
import type { Publisher, PublishResult, TopicCheck } from '../../ports/publisher.ts';
import { noPartition } from './no-partition.ts';
import type { Database, SqlRow } from '../database.ts';
import { openDatabase } from '../sqlite.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    topic TEXT NOT NULL, offset INTEGER NOT NULL, key TEXT, value TEXT NOT NULL,
    headers TEXT NOT NULL, timestamp INTEGER NOT NULL, PRIMARY KEY (topic, offset)
  ) WITHOUT ROWID;
`;

/** A record of the embedded log, as it is shown to developers. */
export interface EmbeddedRecord {
  readonly partition: 0;
  readonly offset: string;
  readonly key: string | null;
  /** As text; base64 of what was sent as base64; null for a record without a value. */
  readonly value: string | null;
  readonly encoding?: 'base64';
  readonly headers: Record<string, string>;
  /** Milliseconds since the epoch. */
  readonly timestamp: string;
}

/**
 * Append-only log in a SQLite file, for development, with one partition per topic. A record is on disk before
 * it is acknowledged. `fail()` simulates a broker that is down, to show a circuit at work.
 */
export class EmbeddedPublisher implements Publisher {
  readonly #database: Database;
  #failing = false;

  constructor(directory: string) {
    this.#database = openDatabase(directory, 'kafka.db');
    this.#database.exec(SCHEMA);
    // Files of earlier versions hold JSON alone.
    if (!this.#database.all('PRAGMA table_info(records)').some(({ name }) => name === 'encoding'))
      this.#database.exec('ALTER TABLE records ADD COLUMN encoding TEXT');
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Topics are made by their first message, with one partition. */
  checkTopic(): Promise<TopicCheck> {
    return Promise.resolve(
      this.#failing
        ? { kind: 'failed', blame: 'kafka', reason: DOWN.reason }
        : { kind: 'ready', partitions: 1 },
    );
  }

  fail(): void {
    this.#failing = true;
  }

  recover(): void {
    this.#failing = false;
  }

  publish(messages: readonly Message[]): Promise<PublishResult[]> {
    return Promise.resolve(this.#failing ? messages.map(() => DOWN) : this.#write(messages));
  }

  probe(): Promise<Probe> {
    return Promise.resolve(this.#failing ? { kind: 'down', reason: DOWN.reason } : { kind: 'up' });
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  /** The latest records of a topic, oldest first. */
  read(topic: string, limit: number): EmbeddedRecord[] {
    const rows = this.#database.all(
      'SELECT * FROM records WHERE topic = ? ORDER BY offset DESC LIMIT ?',
      topic,
      limit,
    );
    return rows.toReversed().map(recordOf);
  }

  #write(messages: readonly Message[]): PublishResult[] {
    try {
      return this.#database.transaction(() => messages.map((message) => this.#append(message)));
    } catch (error) {
      const reason = `The embedded log could not be written: ${errorMessage(error)}`;
      return messages.map(() => ({ kind: 'failed', blame: 'kafka', reason, maybeWritten: true }));
    }
  }

  #append(message: Message): PublishResult {
    if (message.partition) return noPartition(message.partition, 1);
    const row = this.#database.get(
      `INSERT INTO records
         SELECT ?1, coalesce(max(offset) + 1, 0), ?2, ?3, ?4, ?5, ?6 FROM records WHERE topic = ?1
         RETURNING offset`,
      message.topic,
      message.key,
      message.value,
      JSON.stringify(recordHeaders(message)),
      message.timestamp,
      message.encoding ?? null,
    );
    return { kind: 'published', partition: 0, offset: String(row?.['offset']) };
  }
}

function encodingOf(column: unknown): Message['encoding'] {
  return column === 'text' || column === 'base64' ? column : undefined;
}

function recordOf(row: SqlRow): EmbeddedRecord {
  const encoding = encodingOf(row['encoding']);
  return {
    partition: 0,
    offset: String(row['offset']),
    key: row['key'] === null ? null : String(row['key']),
    value: valueText({ value: String(row['value']), encoding }),
    ...(encoding === 'base64' && { encoding }),
    headers: JSON.parse(String(row['headers'])) as Record<string, string>,
    timestamp: String(row['timestamp']),
  };
}

const DOWN = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'The embedded Kafka was switched off',
  maybeWritten: false,
} as const;
