import { type Message, ID_HEADER } from '../../../../src/message/message.ts';
import type { PublishResult } from '../../../../src/ports/publisher.ts';
import type { ScriptedCluster } from '../scripted-broker/cluster.ts';

/** The ways in which a client breaks its word. */
export type Breach =
  | 'acknowledged but absent'
  | 'acknowledged but altered'
  | 'said absent but written'
  | 'written twice'
  | 'failed for the fault of another'
  | 'no recovery'
  | 'late'
  | 'busy while idle'
  | 'crash';

/** One breach, with what was seen. */
export interface Finding {
  readonly breach: Breach;
  readonly detail: string;
}

/** What a client said of each message. */
export type Said = readonly (readonly [message: Message, result: PublishResult])[];

/** Compares what was said with what stands in the topics. Duplicates are no breach: at least once is the promise. */
export function audit(cluster: ScriptedCluster, said: Said): Finding[] {
  const findings: Finding[] = [];
  for (const [message, result] of said) {
    const written = writtenTimes(cluster, message);
    const detail = `${message.id}: ${describe(result)}`;
    if (result.kind === 'published') {
      if (written === 0) findings.push({ breach: 'acknowledged but absent', detail });
    } else if (written > 0 && !(result.kind === 'failed' && result.maybeWritten)) {
      findings.push({ breach: 'said absent but written', detail });
    }
  }
  return findings;
}

/** For scenarios in which nothing happens that would excuse a second record. */
export function auditDuplicates(cluster: ScriptedCluster, said: Said): Finding[] {
  return said
    .filter(([message]) => writtenTimes(cluster, message) > 1)
    .map(([message]) => ({ breach: 'written twice', detail: message.id }));
}

/** Of messages that nothing stands against: each has to be published. */
export function mustBePublished(said: Said, breach: Breach): Finding[] {
  return said
    .filter(([, result]) => result.kind !== 'published')
    .map(([message, result]) => ({ breach, detail: `${message.id}: ${describe(result)}` }));
}

function writtenTimes(cluster: ScriptedCluster, { id, topic }: Message): number {
  const carriesId = ({ headers }: { headers: readonly { name: string; value: Buffer | null }[] }) =>
    headers.some(({ name, value }) => name === ID_HEADER && value?.toString() === id);
  return cluster.records(topic).filter(carriesId).length;
}

function describe(result: PublishResult): string {
  return 'reason' in result ? `${result.kind}, ${result.reason}` : result.kind;
}
