import type { KafkaService } from '../support/kafka.ts';
import { RestFront } from '../support/kafka-rest/front.ts';
import { strimziFront } from '../support/kafka-rest/strimzi.ts';
import type { RedisService } from '../support/redis.ts';
import { UpstashServer } from '../support/upstash-server.ts';

/** HTTP before the real Kafka and the real Redis. */
export class Fronts {
  readonly kafka: RestFront;
  readonly redis: UpstashServer;

  private constructor(kafka: RestFront, redis: UpstashServer) {
    this.kafka = kafka;
    this.redis = redis;
  }

  static async start(kafka: KafkaService, redis: RedisService): Promise<Fronts> {
    return new Fronts(
      await RestFront.start(strimziFront, kafka.brokers),
      await UpstashServer.start(redis.url),
    );
  }

  get variables(): Record<string, string> {
    return {
      KAFKA_REST_URL: this.kafka.url,
      KAFKA_REST_DIALECT: 'strimzi',
      UPSTASH_REDIS_REST_URL: this.redis.url,
      UPSTASH_REDIS_REST_TOKEN: this.redis.token,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.kafka.stop(), this.redis.stop()]);
  }
}
