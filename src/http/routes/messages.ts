import { type Context, Hono } from 'hono';
import type { Accept } from '../../accept/accept.ts';
import type { Message } from '../../accept/message.ts';
import { parseMessage } from '../../accept/parse.ts';
import type { Clock } from '../../ports/clock.ts';
import { clientOf } from '../client.ts';
import type { ClientEnv } from '../client-env.ts';
import { allowOnly, problem } from '../errors.ts';
import { toResponse } from '../outcome-response.ts';
import type { Phase } from '../phase.ts';
import { readBody } from '../read-body.ts';

export interface MessagesDeps {
  readonly accept: Accept;
  readonly defaultTopic: string;
  readonly topics: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
  readonly clock: Clock;
}

/** `POST /v1/messages`: one message. */
export function messagesRoutes({ accept, maxBodyBytes, phase, ...deps }: MessagesDeps): Hono<ClientEnv> {
  const app = new Hono<ClientEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  app.post('/v1/messages', readWhole, async (c) => {
    const wrongMedia = checkMedia(c);
    if (wrongMedia) return problem(c, 'unsupported-media-type', wrongMedia);
    const text = decode(await c.req.arrayBuffer());
    if (text === undefined) return problem(c, 'not-json', 'The body is not valid UTF-8');
    const parsed = parseMessage(text, {
      ...deps,
      now: deps.clock.wallTime(),
      newId: () => crypto.randomUUID(),
    });
    switch (parsed.kind) {
      case 'not-json':
        return problem(c, 'not-json', 'Send one JSON object, as in {"value": 1}');
      case 'invalid':
        return problem(c, 'invalid-message', 'Mend the fields that `errors` names', {
          errors: parsed.errors,
        });
      case 'message': {
        const message = withTrace(parsed.message, c);
        const client = clientOf(c.env?.clientAddress);
        const [outcome] = await accept([{ message, named: parsed.named, client }]);
        return toResponse(c, message, outcome);
      }
    }
  });
  app.all('/v1/messages', allowOnly('POST'));
  return app;
}

function checkMedia(c: Context): string | undefined {
  const [type = '', ...parameters] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (type.trim() !== 'application/json') return 'Send JSON, with the header Content-Type: application/json';
  if (charset && !/^charset="?utf-8"?$/.test(charset)) return 'Send JSON in UTF-8';
  const encoding = c.req.header('Content-Encoding') ?? 'identity';
  return encoding === 'identity' ? undefined : 'Send the body without a Content-Encoding';
}

function decode(body: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The trace goes on in the record's headers (W3C Trace Context); headers of the message's own win. */
function withTrace(message: Message, c: Context): Message {
  const traceparent = c.req.header('traceparent');
  const tracestate = c.req.header('tracestate');
  if (!traceparent || !TRACEPARENT.test(traceparent)) return message;
  const trace = { traceparent, ...(tracestate ? { tracestate } : {}) };
  return { ...message, headers: { ...trace, ...message.headers } };
}
