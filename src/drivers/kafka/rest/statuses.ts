import { classifyCode } from '../errors.ts';
import type { Probe } from '../../../ports/probe.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import type { Isolate } from './dialect.ts';
import { membersOf, parse } from './json.ts';
import { MAX_ANSWER_CHARS } from './line.ts';

/** What an answer without results means for its records. */
type Refusal = { readonly kind: 'all'; readonly result: PublishResult } | Isolate;

const WHERE = 'see KAFKA_REST_URL and KAFKA_REST_DIALECT';
const WHO = 'see KAFKA_REST_USERNAME and KAFKA_REST_PASSWORD, or KAFKA_REST_TOKEN';

/** Before the proxy has written anything it looks at the whole request. */
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
      // Only the bridge's own answer says that it took nothing.
      return code === 503 ? refused('is overloaded') : unsure('answered 503');
    default:
      if (status === 0 || (status >= 300 && status < 400))
        return refused(`answered with a redirect: ${WHERE}`);
      return status >= 405 && status <= 417 && status !== 408
        ? refused(`answered ${status}: ${WHERE}`)
        : unsure(`answered ${status}${status < 300 ? `, but with no results: ${WHERE}` : ''}`);
  }
}

/** Whether a Kafka that is up says that a topic is missing, or refused to us. */
export function tellsOfTopic(status: number, text: string): boolean {
  if (status === 200) return false;
  const refusal = readStatus(status, text);
  return refusal.kind === 'all' && refusal.result.kind === 'failed' && refusal.result.blame === 'topic';
}

/** Whether Kafka has answered a probe: also that it does not have the topic. */
export function readProbe(status: number, text: string): Probe {
  if ((status === 200 && isAnswer(text)) || tellsOfTopic(status, text)) return { kind: 'up' };
  return { kind: 'down', reason: reasonOf(status, text) };
}

/** A list of all topics, or of very many partitions, is longer than is read: its beginning has to do. */
function isAnswer(text: string): boolean {
  if (text.length > MAX_ANSWER_CHARS) return /^\s*[[{]/.test(text);
  return typeof (parse(text) ?? undefined) === 'object';
}

/** Why an answer is not the one that was asked for. */
export function reasonOf(status: number, text: string): string {
  const refusal = readStatus(status, text);
  const result = refusal.kind === 'all' ? refusal.result : refusal.lone('');
  return result.kind === 'failed' ? result.reason : `The Kafka REST proxy answered ${status}`;
}

/** A path that is not there is answered with 404 as well, and is nobody's topic. */
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
