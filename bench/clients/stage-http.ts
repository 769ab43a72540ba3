import { jsonAnswer } from '../../src/http/answer.ts';
import type { Connect } from '../client.ts';
import { serveDirect } from '../stage-server.ts';

/** The HTTP server alone: it reads a request, and answers all of them alike. */
export const connect: Connect = ({ topic }) => {
  const receipt = { id: crypto.randomUUID(), status: 'published', topic, partition: 0, offset: '0' };
  return serveDirect(() => Promise.resolve(jsonAnswer(202, receipt)));
};
