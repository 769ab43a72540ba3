import { errorMessage } from '../common/error-message.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { ObjectSql } from '../drivers/object-sql.ts';
import { SqliteStore } from '../drivers/store/sqlite/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Service } from '../service/service.ts';
import { Alarm } from './edge/alarm.ts';
import { answer, unavailable, WRONG_SETTINGS } from './edge/answer.ts';
import type { Bindings, ObjectNamespace, ObjectState } from './edge/platform.ts';
import { openService } from './edge/service.ts';
import { openKafkaJs } from './kafkajs.ts';

/** Time limit of an alarm's work. The next alarm does the rest. */
const RECOVER = { forMs: 25_000 };
/** Alarm in reserve, in milliseconds, if the object dies during its work. */
const NEXT_CHANCE_MS = 60_000;
/** Back-pressure limit: an object has 128 MB of memory. */
const MAX_PENDING_BYTES = 16_000_000;
/** Body limit: a parked message is somewhat longer than its body, and a row holds 2 MB. */
const MAX_BODY_BYTES = 1_900_000;
/** Minimal time between two alarms, in milliseconds. */
const REST_MS = 500;

/**
 * The whole service in one Durable Object: connections to Kafka, and the fallback list in the object's
 * SQLite.
 */
export class Spillway {
  readonly #state: ObjectState;
  readonly #alarm: Alarm;
  readonly #service: Service | undefined;
  #store: SqliteStore | undefined;

  constructor(state: ObjectState, bindings: Bindings) {
    this.#state = state;
    this.#alarm = new Alarm(state.storage);
    this.#service = openService(bindings, (config, clock) => {
      const publisher = openPublisher(config, clock);
      this.#store = new SqliteStore(new ObjectSql(state.storage), clock);
      return { publisher, store: this.#store, keep: (work) => state.waitUntil(work) };
    })?.service;
    // Does not wait for Kafka, which may be unavailable.
    void state.blockConcurrencyWhile(async () => {
      await this.#alarm.find();
      await this.#seeToAlarm();
    });
    void this.#service?.warmUp();
  }

  async fetch(request: Request): Promise<Response> {
    if (!this.#service) return unavailable(WRONG_SETTINGS);
    const response = await answer(this.#service, request, (work) => this.#state.waitUntil(work));
    // Durable before the response: parked messages are drained even if the object dies.
    await this.#seeToAlarm();
    return response;
  }

  async alarm(): Promise<void> {
    // The alarm stays set until all work is done: the object may die, and wrong settings may be fixed.
    await this.#alarm.wentOff(NEXT_CHANCE_MS);
    if (!this.#service) return;
    await this.#service.onSchedule(RECOVER);
    if (this.#isWaiting) await this.#seeToAlarm();
    else await this.#alarm.clear();
  }

  /** Sets the alarm for the next useful moment, while messages wait or Kafka is unavailable. */
  async #seeToAlarm(): Promise<void> {
    if (this.#service && this.#isWaiting)
      await this.#alarm.setWithin(Math.max(REST_MS, this.#service.kafka.retryInMs));
  }

  get #isWaiting(): boolean {
    return this.#service?.kafka.state !== 'closed' || !this.#store?.list.isEmpty;
  }
}

function openPublisher(config: Config, clock: Clock) {
  const { kafka, kafkaRest, redisUrl, upstash, backfill, maxBodyBytes, circuitSharing, embedded } = config;
  const problems: string[] = [];
  if (kafkaRest) problems.push('KAFKA_REST_URL has no use here: the object speaks to KAFKA_BROKERS itself');
  else if (!kafka) problems.push('KAFKA_BROKERS must be set');
  if (kafka?.sasl && 'command' in kafka.sasl)
    problems.push(
      'KAFKA_SASL_OAUTH_TOKEN_COMMAND has no use here, where no command can run: use another mechanism',
    );
  for (const pem of Object.values(kafka?.pem ?? {}))
    if (pem) problems.push(`${pem.variable} has no use here: the runtime trusts public CAs only`);
  if (embedded.length > 0)
    problems.push('EMBEDDED has no use here: Kafka is real, and the list is in the object');
  if (redisUrl ?? upstash)
    problems.push('REDIS_URL and UPSTASH_REDIS_REST_URL have no use here: the list is in the object');
  if (circuitSharing) problems.push('CIRCUIT_SHARING has no use here: there is only one object');
  if (backfill === 'off') problems.push('BACKFILL must be inline: no other process can drain the list');
  if (maxBodyBytes > MAX_BODY_BYTES)
    problems.push(
      `MAX_BODY_BYTES must not be above ${MAX_BODY_BYTES}: a row of the object's SQLite holds 2 MB`,
    );
  if (!kafka || problems.length > 0) throw new ConfigError(problems);
  return openKafkaJs(kafka, config, clock, MAX_PENDING_BYTES);
}

const NAME = 'spillway';

export default {
  /** Routes every request to the one object. */
  async fetch(request: Request, { SPILLWAY }: { SPILLWAY: ObjectNamespace }): Promise<Response> {
    try {
      return await SPILLWAY.get(SPILLWAY.idFromName(NAME)).fetch(request);
    } catch (error) {
      console.error(`The object gave no answer: ${errorMessage(error)}`);
      return unavailable('Message processing services temporarily unavailable');
    }
  },
};
