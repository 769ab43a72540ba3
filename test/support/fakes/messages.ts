import type { Message, Submission } from '../../../src/message/message.ts';

/** A test data builder: a complete message, of which `over` says what matters to the test. */
export function aMessage(over: Partial<Message> = {}): Message {
  return {
    id: 'id-1',
    topic: 'messages',
    key: null,
    headers: {},
    value: '{}',
    timestamp: 1_764_671_400_000,
    ...over,
  };
}

/** A message from a client that chose no id. */
export function aSubmission(over: Partial<Message> = {}): Submission {
  return { message: aMessage(over), hasClientId: false, client: '192.0.2.1' };
}
