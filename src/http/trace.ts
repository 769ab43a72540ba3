import type { Message } from '../message/message.ts';

/** Version `ff` and ids of zeros are invalid (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** Propagates the trace into the record's headers (W3C Trace Context). The message's own headers win. */
export function withTrace(message: Message, header: (name: string) => string | undefined): Message {
  const traceparent = header('traceparent');
  if (!traceparent || !TRACEPARENT.test(traceparent)) return message;
  const tracestate = header('tracestate');
  const trace = { traceparent, ...(tracestate ? { tracestate } : {}) };
  return { ...message, headers: { ...trace, ...message.headers } };
}
