import { type Config, ConfigError } from '../config.ts';
import { ObjectSql } from '../drivers/object-sql.ts';
import { EmbeddedStore } from '../drivers/store/embedded.ts';
import type { Clock } from '../ports/clock.ts';
import type { Service } from '../service.ts';
import { Alarm } from './edge/alarm.ts';
import { answer, unavailable, WRONG_SETTINGS } from './edge/answer.ts';
import type { Bindings, ObjectNamespace, ObjectState } from './edge/platform.ts';
import { openService } from './edge/service.ts';
import { openKafkaJs } from './kafkajs.ts';

/** So long an alarm works. What is left then is the next one's. */
const RECOVER = { forMs: 25_000 };
/** If the object dies while it works on an alarm. */
const NEXT_CHANCE_MS = 60_000;
/** An object has 128 MB for everything. */
const MAX_PENDING_BYTES = 16_000_000;
/** A parked message is somewhat longer than its body. */
const MAX_BODY_BYTES = 1_900_000;
/** Between two alarms, at least. */
const REST_MS = 500;

/** All of the service: its connection to Kafka, and the fallback list in its own SQLite. */
export class Spillway {
  readonly #state: ObjectState;
  readonly #alarm: Alarm;
  readonly #service: Service | undefined;
  #store: EmbeddedStore | undefined;

  constructor(state: ObjectState, bindings: Bindings) {
    this.#state = state;
    this.#alarm = new Alarm(state.storage);
    this.#service = openService(bindings, (config, clock) => {
      const publisher = openPublisher(config, clock);
      this.#store = new EmbeddedStore(new ObjectSql(state.storage), clock);
      return { publisher, store: this.#store };
    })?.service;
    // Nothing here waits for Kafka, which may be away.
    void state.blockConcurrencyWhile(async () => {
      await this.#alarm.find();
      await this.#seeToAlarm();
    });
    void this.#service?.warmUp();
  }

  async fetch(request: Request): Promise<Response> {
    if (!this.#service) return unavailable(WRONG_SETTINGS);
    const response = await answer(this.#service, request, (work) => this.#state.waitUntil(work));
    // Before the answer: what is parked is drained whatever becomes of the object.
    await this.#seeToAlarm();
    return response;
  }

  async alarm(): Promise<void> {
    // It stands until there is nothing to do: the object may die, and settings that are wrong may be mended.
    await this.#alarm.wentOff(NEXT_CHANCE_MS);
    if (!this.#service) return;
    await this.#service.recover(RECOVER);
    if (this.#isWaiting) await this.#seeToAlarm();
    else await this.#alarm.clear();
  }

  /** Where messages wait, or Kafka is away, the alarm goes off when something can be done. */
  async #seeToAlarm(): Promise<void> {
    if (this.#service && this.#isWaiting)
      await this.#alarm.setWithin(Math.max(REST_MS, this.#service.kafka.retryInMs));
  }

  get #isWaiting(): boolean {
    return this.#service?.kafka.state !== 'closed' || !this.#store?.list.isEmpty;
  }
}

function openPublisher(config: Config, clock: Clock) {
  const { kafka, kafkaRest, redisUrl, upstash, backfill, maxBodyBytes, circuitSharing } = config;
  const problems: string[] = [];
  if (kafkaRest) problems.push('KAFKA_REST_URL has no use here: the object speaks to KAFKA_BROKERS itself');
  else if (!kafka) problems.push('KAFKA_BROKERS must be set');
  if (kafka?.sasl && 'command' in kafka.sasl)
    problems.push('KAFKA_SASL_OAUTH_TOKEN_COMMAND has no use here, where nothing can be run: use another');
  for (const pem of Object.values(kafka?.pem ?? {}))
    if (pem)
      problems.push(`${pem.variable} has no use here: the runtime trusts whom browsers trust, and no other`);
  if (redisUrl ?? upstash)
    problems.push('REDIS_URL and UPSTASH_REDIS_REST_URL have no use here: the list is in the object');
  if (circuitSharing)
    problems.push('CIRCUIT_SHARING has no use here: there is one object, and nobody to tell');
  if (backfill === 'off') problems.push('BACKFILL must be inline: nobody else can drain the list');
  if (maxBodyBytes > MAX_BODY_BYTES)
    problems.push(
      `MAX_BODY_BYTES must not be above ${MAX_BODY_BYTES}: a row of the object's SQLite holds 2 MB`,
    );
  if (!kafka || problems.length > 0) throw new ConfigError(problems);
  return openKafkaJs(kafka, config, clock, MAX_PENDING_BYTES);
}

const NAME = 'spillway';

export default {
  /** Hands every request to the one object. */
  async fetch(request: Request, { SPILLWAY }: { SPILLWAY: ObjectNamespace }): Promise<Response> {
    try {
      return await SPILLWAY.get(SPILLWAY.idFromName(NAME)).fetch(request);
    } catch (error) {
      console.error(`The object gave no answer: ${error instanceof Error ? error.message : 'unknown'}`);
      return unavailable('Message processing services temporarily unavailable');
    }
  },
};
