import type { AcceptDeps, Posted, Refused } from '../accept-items.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { batchProblem } from '../batch-answer.ts';
import { MAX_ITEMS } from '../ingress/batch.ts';
import { decodeV2, type V2Target } from '../ingress/kafka-rest/v2.ts';
import { decodeUtf8, mediaTypeOf } from '../media.ts';
import type { Told } from '../outcome-answer.ts';
import { statusOf } from '../problems.ts';
import { errorNumber, errorText, kafkaRestError, TOPIC_NOT_FOUND } from './errors.ts';
import { acceptRecords, placeOf, withOffsets } from './records.ts';

interface PostedV2 extends Posted {
  readonly topic: string;
  /** Partition in the path. */
  readonly partition: number | undefined;
}

export type PostV2 = (posted: PostedV2) => Promise<Answer>;

/** Formats by the names of their media types, which clients of API v1 still send. Others mean binary, as elsewhere. */
const FORMATS = new Map<string, V2Target['format']>([
  ['application/vnd.kafka.json.v2+json', 'JSON'],
  ['application/vnd.kafka.binary.v2+json', 'BINARY'],
  ['application/vnd.kafka.json.v1+json', 'JSON'],
  ['application/vnd.kafka.binary.v1+json', 'BINARY'],
  ['application/vnd.kafka.v2+json', 'BINARY'],
  ['application/vnd.kafka.v1+json', 'BINARY'],
  ['application/vnd.kafka+json', 'BINARY'],
  ['application/json', 'BINARY'],
]);
const NO_FORMAT = `Send ${[...FORMATS.keys()].slice(0, 2).join(' or ')}: there is no schema registry here`;

/** `POST /topics/{topic}`: produces the records of a request of API v2. */
export function createPostV2(deps: AcceptDeps): PostV2 {
  return async (posted) => {
    const { topic, partition, body, header } = posted;
    const format = FORMATS.get(mediaTypeOf(header));
    if (!format) return kafkaRestError(415, 415, NO_FORMAT);
    if (!deps.topics.has(topic)) return TOPIC_NOT_FOUND;
    const text = decodeUtf8(body);
    const request =
      text === undefined ? ({ kind: 'not-json' } as const) : decodeV2(text, { topic, format, partition });
    switch (request.kind) {
      case 'not-json':
        return kafkaRestError(400, 400, 'Send JSON in UTF-8, as in {"records": [{"value": 1}]}');
      case 'no-records':
        return kafkaRestError(422, 422, 'records: Must be an array with a record at least');
      case 'records': {
        if (request.records.length > MAX_ITEMS)
          return kafkaRestError(413, 413, `Send at most ${MAX_ITEMS} records`);
        const { told, headers, hasAccepted } = await acceptRecords(request.records, posted, deps);
        if (!hasAccepted) return batchProblem(told, headers, (refused) => errorText(refused));
        const answer = { offsets: told.map(toOffset), key_schema_id: null, value_schema_id: null };
        return { ...jsonAnswer(200, undefined, headers), body: withOffsets(answer) };
      }
    }
  };
}

function toOffset(told: Told) {
  if (told.kind === 'accepted') return { ...placeOf(told), error_code: null, error: null };
  return { partition: null, offset: null, ...errorOf(told) };
}

function errorOf(refused: Refused) {
  return { error_code: errorNumber(refused.code, statusOf(refused.code)), error: errorText(refused) };
}
