import type { Message } from '../../../../src/message/message.ts';
import type { RestSettings } from '../../../../src/drivers/kafka/rest/publisher.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { aMessage } from '../../fakes/messages.ts';
import { type Script, ScriptedFetch } from './scripted-fetch.ts';
import { openRest } from '../open-rest.ts';

export function setup(script: Script = acknowledge, over: Partial<RestSettings> = {}) {
  const clock = new FakeClock();
  const proxy = new ScriptedFetch(script);
  const publisher = openRest({ url: 'http://proxy.example' }, { fetch: proxy.fetch, ...over }, clock);
  return { clock, proxy, publisher };
}

interface Sent {
  readonly key?: string;
  readonly value: string;
  readonly partition?: number;
}

export const sentIn = (body: string) => (JSON.parse(body) as { records: Sent[] }).records;
export const valuesIn = (body: string) => sentIn(body).map(({ value }) => Number(atob(value)));

/** Each record at the offset of its value. */
export const acknowledge: Script = ({ body }) =>
  Response.json({ offsets: valuesIn(body).map((offset) => ({ partition: 0, offset })) });

export const many = (count: number, over: (index: number) => Partial<Message> = () => ({})) =>
  Array.from({ length: count }, (_, index) => aMessage(Object.assign({ value: String(index) }, over(index))));

/** One offset for each partition, as it does. */
export const redpanda: Script = ({ body }) => {
  const [first] = sentIn(body);
  return Response.json({
    offsets: [{ partition: first?.partition ?? 4, offset: Number(atob(first!.value)) }],
  });
};

/** A body that begins so, and never ends. */
export const begun = (text: string) =>
  new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode(text)) }));

/** A body that comes bit by bit, as large ones do. */
export const inChunks = (text: string) =>
  new Response(
    new ReadableStream({
      start(body) {
        const bytes = new TextEncoder().encode(text);
        for (let at = 0; at < bytes.length; at += 65_536) body.enqueue(bytes.subarray(at, at + 65_536));
        body.close();
      },
    }),
  );

export const callOf = (result: unknown) => (result as { call?: object }).call;

export const OFFSETS = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ kind: 'published', offset: String(index) }));
export const LATE = { kind: 'failed', blame: 'kafka', maybeWritten: true };
export const BEHIND = { kind: 'refused', because: 'busy' };
