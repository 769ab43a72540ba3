import type { AcceptDeps, Posted, Refused } from '../accept-items.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { batchProblem } from '../batch-answer.ts';
import { MAX_ITEMS } from '../ingress/batch.ts';
import { concatenatedObjects } from '../ingress/kafka-rest/concatenated.ts';
import { decodeV3, decodeV3Batch, type V3Record } from '../ingress/kafka-rest/v3.ts';
import { decodeUtf8, mediaTypeOf } from '../media.ts';
import type { Told } from '../outcome-answer.ts';
import { statusOf } from '../problems.ts';
import { errorNumber, errorText, kafkaRestError, TOPIC_NOT_FOUND } from './errors.ts';
import { acceptRecords, placeOf, withOffsets } from './records.ts';

interface PostedV3 extends Posted {
  readonly cluster: string;
  readonly topic: string;
}

export type PostV3 = (posted: PostedV3) => Promise<Answer>;

const NOT_JSON: V3Record = { kind: 'invalid', errors: [{ path: '', message: 'Is not a JSON object' }] };
const TOO_MANY = kafkaRestError(413, 413, `Send at most ${MAX_ITEMS} records`);

/** `POST …/records`: one record, or several one behind the other, each with an answer of its own. */
export function createPostV3(deps: AcceptDeps): PostV3 {
  return async (posted) => {
    const text = textOf(posted, deps);
    if (typeof text !== 'string') return text;
    const texts = concatenatedObjects(text);
    if (texts.length === 0)
      return kafkaRestError(400, 400, 'Send a record, as in {"value": {"type": "JSON", "data": 1}}');
    if (texts.length > MAX_ITEMS) return TOO_MANY;
    const records = texts.map((each) => decodeV3(each, posted.topic) ?? NOT_JSON);
    const { told, headers, hasAccepted } = await acceptRecords(records, posted, deps);
    const reports = told.map((each, index) =>
      withOffsets(toReport(each, records[index] ?? NOT_JSON, posted)),
    );
    const { status, headers: waits } = hasAccepted
      ? { status: 200, headers: {} }
      : batchProblem(told, {}, errorText);
    const answer = jsonAnswer(status, undefined, { ...waits, ...headers });
    return { ...answer, body: reports.length === 1 ? (reports[0] ?? '') : `${reports.join('\r\n')}\r\n` };
  };
}

/** `POST …/records:batch`: the entries of a batch, in one answer. */
export function createPostV3Batch(deps: AcceptDeps): PostV3 {
  return async (posted) => {
    const text = textOf(posted, deps);
    if (typeof text !== 'string') return text;
    const batch = decodeV3Batch(text, posted.topic);
    switch (batch.kind) {
      case 'not-json':
        return kafkaRestError(400, 400, 'Send JSON, as in {"entries": [{"id": "1", "value": …}]}');
      case 'no-entries':
        return kafkaRestError(422, 42_208, 'Empty batch.');
      case 'no-ids':
        return kafkaRestError(422, 42_208, 'Batch entry identifier is not a valid string.');
      case 'same-ids':
        return kafkaRestError(422, 42_208, 'Batch entry IDs are not distinct.');
      case 'entries': {
        const { entries } = batch;
        if (entries.length > MAX_ITEMS) return TOO_MANY;
        const { told, headers, hasAccepted } = await acceptRecords(
          entries.map(({ record }) => record),
          posted,
          deps,
        );
        const successes: object[] = [];
        const failures: object[] = [];
        for (const [index, each] of told.entries()) {
          const { id, record } = entries[index] ?? { id: '', record: NOT_JSON };
          const report = { id, ...toReport(each, record, posted) };
          (each.kind === 'accepted' ? successes : failures).push(report);
        }
        const body = withOffsets({ successes, failures });
        if (hasAccepted) return { ...jsonAnswer(207, undefined, headers), body };
        const problem = batchProblem(told, headers, errorText);
        return { ...jsonAnswer(problem.status, undefined, problem.headers), body };
      }
    }
  };
}

/** Text of a request that may be one, or the error that it is not. */
function textOf({ header, topic, body }: PostedV3, { topics }: AcceptDeps): string | Answer {
  if (mediaTypeOf(header) !== 'application/json') return kafkaRestError(415, 415, 'Send application/json');
  if (!topics.has(topic)) return TOPIC_NOT_FOUND;
  return decodeUtf8(body) ?? kafkaRestError(400, 400, 'Send JSON in UTF-8');
}

function toReport(told: Told, { key, value }: V3Record, { cluster, topic }: PostedV3): object {
  if (told.kind === 'problem') return errorOf(told);
  const { partition, offset } = placeOf(told);
  return {
    error_code: 200,
    cluster_id: cluster,
    topic_name: topic,
    partition_id: partition,
    offset,
    key,
    value,
  };
}

function errorOf(refused: Refused) {
  return { error_code: errorNumber(refused.code, statusOf(refused.code)), message: errorText(refused) };
}
