import type { KafkaService } from '../support/kafka/service.ts';
import { RestProxy } from '../support/kafka/rest-proxy/server.ts';
import { strimziProxy } from '../support/kafka/rest-proxy/strimzi.ts';
import type { RedisService } from '../support/redis/service.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';

/** HTTP proxies in front of the real Kafka and the real Redis, for runtimes that reach nothing but HTTP. */
export class HttpProxies {
  readonly kafka: RestProxy;
  readonly redis: UpstashServer;

  private constructor(kafka: RestProxy, redis: UpstashServer) {
    this.kafka = kafka;
    this.redis = redis;
  }

  static async start(kafka: KafkaService, redis: RedisService): Promise<HttpProxies> {
    return new HttpProxies(
      await RestProxy.start(strimziProxy, kafka.brokers),
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
