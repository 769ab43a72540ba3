import { expect, test } from 'bun:test';
import { fakeService } from '../support/fakes/fake-service.ts';
import { metricsIn, readRules } from './rules.ts';

/** As the operator guide prints them. */
const GUIDE = [
  {
    alert: 'KafkaCircuitBreakerOpen',
    expr: 'circuit_breaker_state{service="kafka"} == 1',
    for: '2m',
    labels: { severity: 'critical' },
    annotations: { summary: 'Kafka circuit breaker open for 2 minutes' },
  },
  {
    alert: 'RedisCircuitBreakerOpen',
    expr: 'circuit_breaker_state{service="redis"} == 1',
    for: '1m',
    labels: { severity: 'warning' },
    annotations: { summary: 'Redis circuit breaker open' },
  },
  {
    alert: 'FallbackQueueBacklog',
    expr: 'redis_fallback_queue_length > 1000',
    for: '5m',
    labels: { severity: 'warning' },
    annotations: { summary: 'Fallback queue has {{ $value }} messages' },
  },
];

const guideNames = new Set(GUIDE.map(({ alert }) => alert));

test('the alerts of the operator guide are there, word for word', () => {
  expect(readRules().filter(({ alert }) => guideNames.has(alert))).toEqual(GUIDE);
});

test('every other alert says what to do', () => {
  const others = readRules().filter(({ alert }) => !guideNames.has(alert));
  expect(others.length).toBeGreaterThan(0);
  expect(others.filter(({ annotations }) => !annotations['description'])).toEqual([]);
});

test('every metric that a rule names is exported by the service', async () => {
  const text = await (await fakeService().request('/metrics')).text();
  const exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const named = readRules().flatMap(({ expr }) => metricsIn(expr));
  expect(named).toContain('redis_fallback_queue_length');
  expect(named.filter((name) => !exported.has(name))).toEqual([]);
});

test.each([
  ['a > 1', ['a']],
  ['rate(a_total{b="c", d=~"e f"}[5m]) > 0.5e3', ['a_total']],
  ['a > 0 and delta(b[10m]) >= 0 unless on (instance, job) c == 1', ['a', 'b', 'c']],
  ['sum by (x) (increase(job:a:rate5m[1h:1m] offset 5m))', ['job:a:rate5m']],
])('the metrics in %s are found', (expr, names) => {
  expect(metricsIn(expr)).toEqual(names);
});
