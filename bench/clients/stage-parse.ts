import type { Accept } from '../../src/accept/accept.ts';
import { createAuthenticate } from '../../src/http/auth/authenticate.ts';
import { createDirect } from '../../src/http/direct.ts';
import { createPostMessage } from '../../src/http/post-message.ts';
import { FakeLog } from '../../test/support/fakes/fake-log.ts';
import type { Connect } from '../client.ts';
import { serveDirect } from '../stage-server.ts';

const published: Accept = () => Promise.resolve([{ kind: 'published', partition: 0, offset: '0' }]);

/** The HTTP server, the message, and the answer: each message is taken for published. */
export const connect: Connect = ({ topic }) => {
  const postMessage = createPostMessage({
    accept: published,
    defaultTopic: topic,
    topics: new Set([topic]),
    newId: () => crypto.randomUUID(),
    keepsReceipts: true,
    now: Date.now,
  });
  return serveDirect(
    createDirect({
      postMessage,
      authenticate: createAuthenticate(undefined),
      allowsOrigins: false,
      phase: () => 'serving',
      log: new FakeLog(),
    }),
  );
};
