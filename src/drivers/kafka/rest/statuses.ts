import { classifyCode } from '../errors.ts';
import type { Probe } from '../../../ports/probe.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import type { Isolate } from './dialect.ts';
import { membersOf, parse } from './json.ts';
import { MAX_ANSWER_CHARS } from './proxy-client.ts';

/** Meaning of a response without results, for the records of its request. */
type Refusal = { readonly kind: 'all'; readonly result: PublishResult } | Isolate;

const WHERE = 'see KAFKA_REST_URL and KAFKA_REST_DIALECT';
const WHO = 'see KAFKA_REST_USERNAME and KAFKA_REST_PASSWORD, or KAFKA_REST_TOKEN';

/** Classifies an HTTP status. A proxy validates the whole request before it writes anything. */
export function readStatus(status: number, text: string): Refusal {
  const { error_code: code, message } = membersOf(parse(text));
  switch (status) {
    case 401:
    case 407:
      return refused(`answered ${status}: ${WHO}`);
    case 403:
      return code === 40_301 ? ofKafka('TOPIC_AUTHORIZATION_FAILED') : refused(`answered 403: ${WHO}`);
    case 404:
      return isAboutTopic(code, message)
        ? ofKafka('UNKNOWN_TOPIC_OR_PARTITION')
        : refused(`answered 404: ${WHERE}`);
    case 413:
      return { kind: 'isolate', lone: () => classifyCode('MESSAGE_TOO_LARGE', 'sending').result };
    case 400:
    case 422:
      return { kind: 'isolate', lone: () => failed('topic', `answered ${status}: ${WHERE}`, false) };
    case 429:
      return refused('answered 429: it limits the rate');
    case 503:
      // Strimzi's own 503 says that nothing was taken; a gateway's leaves the records in doubt.
      return code === 503 ? refused('is overloaded') : unsure('answered 503');
    default:
      if (status === 0 || (status >= 300 && status < 400))
        return refused(`answered with a redirect: ${WHERE}`);
      return status >= 405 && status <= 417 && status !== 408
        ? refused(`answered ${status}: ${WHERE}`)
        : unsure(`answered ${status}${status < 300 ? `, but with no results: ${WHERE}` : ''}`);
  }
}

/** Whether a response comes from a Kafka that is up and says that a topic is missing or forbidden. */
export function tellsOfTopic(status: number, text: string): boolean {
  if (status === 200) return false;
  const refusal = readStatus(status, text);
  return refusal.kind === 'all' && refusal.result.kind === 'failed' && refusal.result.blame === 'topic';
}

/** Reads the response to a probe. Kafka is up even if it reports the topic missing. */
export function readProbe(status: number, text: string): Probe {
  if ((status === 200 && isAnswer(text)) || tellsOfTopic(status, text)) return { kind: 'up' };
  return { kind: 'down', reason: reasonOf(status, text) };
}

/** Whether a body is the JSON of a response. A list longer than is read is judged by its beginning. */
function isAnswer(text: string): boolean {
  if (text.length > MAX_ANSWER_CHARS) return /^\s*[[{]/.test(text);
  return typeof (parse(text) ?? undefined) === 'object';
}

/** Reason why a response is not the expected one. */
export function reasonOf(status: number, text: string): string {
  const refusal = readStatus(status, text);
  const result = refusal.kind === 'all' ? refusal.result : refusal.lone('');
  return result.kind === 'failed' ? result.reason : `The Kafka REST proxy answered ${status}`;
}

/** Tells a missing topic from an unknown path, which is a 404 as well. */
function isAboutTopic(code: unknown, message: unknown): boolean {
  if (code === 40_401 || code === 40_402 || code === 40_403) return true;
  return code === 404 && typeof message === 'string' && /\btopic\b/i.test(message);
}

const ofKafka = (name: string): Refusal => ({ kind: 'all', result: classifyCode(name, 'sending').result });
const refused = (what: string): Refusal => ({ kind: 'all', result: failed('kafka', what, false) });
const unsure = (what: string): Refusal => ({ kind: 'all', result: failed('kafka', what, true) });

function failed(blame: 'kafka' | 'topic', what: string, maybeWritten: boolean): PublishResult {
  return { kind: 'failed', blame, reason: `The Kafka REST proxy ${what}`, maybeWritten };
}
